import {
  type DeadLetter,
  factId,
  type Failure,
  type SendDeferred,
  type SendDue,
  type SendPlanned,
  type StatusChanged,
} from '#libs/contracts';
import type { Decision, Plan, Verdict } from '../plan/decision.ts';
import { attemptsMade } from '../plan/life.policy.ts';

/** What both a deferred and a due message say of themselves. */
type Reported = Pick<SendDue, 'messageId' | 'tenant' | 'channel' | 'lane' | 'attempts' | 'attemptCount' | 'request'>;

/** The facts of a decision: the same under the same ids, however often they are reported. */
export function factsOf(deferred: SendDeferred, decision: Decision): StatusChanged[] {
  return decision.facts.map((verdict) => factOf(deferred, verdict, decision.at));
}

/** The fact that a planned message was cancelled before it went. */
export function cancelledFact(due: SendDue, at: string, reason = CANCELLED_BY_UPSTREAM): StatusChanged {
  // The plan's own hop was never taken: the one before it is the last that happened.
  return factOf(due, { status: 'cancelled', final: true, hop: due.hop - 1, reason }, at);
}

const CANCELLED_BY_UPSTREAM = 'Upstream asked not to send it any more.';

function factOf(of: Reported, verdict: Verdict, at: string): StatusChanged {
  const { messageId, tenant, channel, lane, request } = of;
  const { correlationId, tags } = request;
  return {
    eventId: factId({ tenant, channel, messageId, hop: verdict.hop, source: 'retry', status: verdict.status }),
    messageId,
    tenant,
    channel,
    lane,
    source: 'retry',
    at,
    attempt: attemptsMade(of),
    ...verdict,
    ...(verdict.failure?.provider && { provider: verdict.failure.provider }),
    ...(typeof correlationId === 'string' && { correlationId }),
    ...(isTexts(tags) && { tags }),
  };
}

/** An operator sent a dead letter on its way again: from this hop on it is under way. */
export const redrivenFact = (letter: DeadLetter, hop: number, operationId: string, at: string): StatusChanged => ({
  ...factOf(letter, { status: 'retrying', final: false, hop, reason: 'An operator sent it on its way again.' }, at),
  operationId,
});

/** An operator put a dead letter aside: the status stays as it is. */
export function discardedFact(letter: DeadLetter, operationId: string, at: string): StatusChanged {
  const { tenant, channel, messageId, lane, hop } = letter;
  return {
    eventId: factId({ tenant, channel, messageId, hop, source: 'retry', status: 'discarded' }),
    messageId,
    tenant,
    channel,
    lane,
    status: 'discarded',
    final: false,
    at,
    source: 'retry',
    hop,
    reason: 'An operator put its dead letter aside.',
    operationId,
  };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** A message was given back while something else was decided of its hop: it does not go again, and says so. */
export function leftFact(deferred: SendDeferred): StatusChanged {
  const reason = 'The provider gave it back after its answer had been lost: it is not sent again.';
  return factOf(
    deferred,
    {
      status: 'failed',
      final: true,
      hop: deferred.hop,
      reason,
      ...(deferred.failure && { failure: deferred.failure }),
    },
    deferred.at,
  );
}

/** For the channel: a hand-over was decided on. */
export function plannedOf({ tenant, channel, messageId, hop }: SendDeferred): SendPlanned {
  return {
    eventId: factId({ tenant, channel, messageId, hop, source: 'retry', status: 'planned' }),
    tenant,
    channel,
    messageId,
    hop,
  };
}

/** What of a hand-over goes on; that of its lost call apart, which goes on in some cases only. */
function carriedOn({ unconfirmedCall, unconfirmedSince, ...deferred }: SendDeferred) {
  const {
    eventId: _eventId,
    why: _why,
    at: _at,
    until: _until,
    inOrder: _inOrder,
    waitsFor: _waitsFor,
    elsewhere: _elsewhere,
    failure: _failure,
    acceptanceRevoked: _acceptanceRevoked,
    acknowledge: _acknowledge,
    ...handover
  } = deferred;
  return { ...handover, unconfirmed: { unconfirmedCall, unconfirmedSince } };
}

/** The dead letter of a decision that gives up. */
export function deadLetterOf(deferred: SendDeferred, decision: Decision): DeadLetter | undefined {
  if (!decision.burial) return undefined;
  const { unconfirmed, ...handover } = carriedOn(deferred);
  const { tenant, channel, messageId, hop } = deferred;
  return {
    ...handover,
    ...decision.burial,
    // Whoever looks into a lost answer needs the call it belonged to.
    ...(decision.burial.reason === 'unconfirmed' && unconfirmed),
    eventId: factId({ tenant, channel, messageId, hop, source: 'retry', status: 'dead-letter' }),
    at: decision.at,
  };
}

/**
 * A dead letter without what the request holds and what was tried: either may be what is wrong with it, or too large.
 */
export const slimLetter = (letter: DeadLetter): DeadLetter => ({
  ...letter,
  request: {},
  attempts: [],
  lacks: [...new Set([...(letter.lacks ?? []), 'request', 'attempts'])],
});

/** What is reported of a plan that cannot be handed back to its channel: the same, however often it is reported. */
export function endOfPlan(due: SendDue, failure: Failure): { fact: StatusChanged; letter: DeadLetter } {
  const { eventId: _eventId, mode: _mode, why: _why, dueAt, ...handover } = due;
  const { tenant, channel, messageId, unconfirmedCall } = due;
  // The plan's own hop was never taken: the one before it is the last that happened.
  const hop = due.hop - 1;
  const at = dueAt ?? due.requestedAt;
  return {
    fact: factOf(due, endVerdict(failure, hop, unconfirmedCall), at),
    letter: {
      ...handover,
      hop,
      at,
      failure,
      reason: unconfirmedCall ? 'unconfirmed' : 'failed',
      eventId: factId({ tenant, channel, messageId, hop, source: 'retry', status: 'dead-letter' }),
    },
  };
}

/** The end of a message that a fault of ours stops: failed, unless a call of it is unconfirmed. */
export function endVerdict(failure: Failure, hop: number, unconfirmedCall: { hop: number } | undefined): Verdict {
  if (!unconfirmedCall)
    return { status: 'failed', final: true, hop, failure, reason: `It cannot go on. ${failure.meaning}` };
  const reason =
    'The provider’s answer was lost, and it cannot be looked for any more: it may have arrived. ' + failure.meaning;
  return { status: 'unconfirmed', final: true, hop: unconfirmedCall.hop, failure, reason };
}

/** The hand-over that goes back to the channel when a plan is due. */
export function dueOf(deferred: SendDeferred, plan: Plan): SendDue {
  const { unconfirmed, ...handover } = carriedOn(deferred);
  const { tenant, channel, messageId } = deferred;
  const hop = deferred.hop + 1;
  return {
    ...handover,
    eventId: factId({ tenant, channel, messageId, hop, source: 'retry', status: 'due' }),
    hop,
    mode: plan.mode,
    why: plan.why,
    // What is parked may go as soon as it has rested: the ledger remembers it from then on.
    dueAt: plan.notBefore ?? plan.dueAt,
    // Sending again ends the reconciliation: a later unconfirmed call starts anew.
    ...(plan.mode === 'reconcile' && unconfirmed),
  };
}
