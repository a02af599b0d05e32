import { type DeadLetter, factId, type SendDeferred, type SendDue, type SendPlanned, type StatusChanged } from '#libs/contracts';
import type { Decision, Plan, Verdict } from '../plan/decision.ts';

/** What both a deferred and a due message tell of themselves. */
type Told = Pick<SendDue, 'messageId' | 'tenant' | 'channel' | 'lane' | 'attempts' | 'request'>;

/** The facts of a decision: the same under the same ids, however often they are told. */
export function factsOf(deferred: SendDeferred, decision: Decision): StatusChanged[] {
  return decision.facts.map((verdict) => factOf(deferred, verdict, decision.at));
}

/** The fact that a planned message was cancelled before it went. */
export function cancelledFact(due: SendDue, at: string): StatusChanged {
  // The plan's own hop was never taken: the one before it is the last that happened.
  return factOf(due, { status: 'cancelled', final: true, hop: due.hop - 1, reason: 'Upstream asked not to send it any more.' }, at);
}

function factOf(of: Told, verdict: Verdict, at: string): StatusChanged {
  const { messageId, tenant, channel, lane, request, attempts } = of;
  const { correlationId, tags } = request;
  return {
    eventId: factId({ tenant, channel, messageId, hop: verdict.hop, source: 'retry', status: verdict.status }),
    messageId,
    tenant,
    channel,
    lane,
    source: 'retry',
    at,
    attempt: attempts.length,
    ...verdict,
    ...(verdict.failure?.provider && { provider: verdict.failure.provider }),
    ...(typeof correlationId === 'string' && { correlationId }),
    ...(isTexts(tags) && { tags }),
  };
}

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');

/** A message was given back while something else was decided of its hop: it does not go again, and says so. */
export function leftFact(deferred: SendDeferred): StatusChanged {
  const reason = 'The provider gave it back after its answer had been lost: it is not sent again.';
  return factOf(deferred, { status: 'failed', final: true, hop: deferred.hop, reason, ...(deferred.failure && { failure: deferred.failure }) }, deferred.at);
}

/** Tells the channel that a hand-over was decided on. */
export function plannedOf({ tenant, channel, messageId, hop }: SendDeferred): SendPlanned {
  return { eventId: factId({ tenant, channel, messageId, hop, source: 'retry', status: 'planned' }), tenant, channel, messageId, hop };
}

/** The dead letter of a decision that gives up. */
export function deadLetterOf(deferred: SendDeferred, decision: Decision): DeadLetter | undefined {
  if (!decision.burial) return undefined;
  const { eventId: _eventId, why: _why, at: _at, until: _until, failure: _failure, takenBack: _takenBack, acknowledge: _, doubt, doubtSince, ...handover } = deferred;
  const { tenant, channel, messageId, hop } = deferred;
  return {
    ...handover,
    ...decision.burial,
    // Whoever looks into a lost answer needs the call it belonged to.
    ...(decision.burial.reason === 'unconfirmed' && { doubt, doubtSince }),
    eventId: factId({ tenant, channel, messageId, hop, source: 'retry', status: 'dead-letter' }),
    at: decision.at,
  };
}

/** The hand-over that goes back to the channel when a plan is due. */
export function dueOf(deferred: SendDeferred, plan: Plan): SendDue {
  const { eventId: _eventId, at: _at, until: _until, failure: _failure, takenBack: _takenBack, acknowledge: _, doubt, doubtSince, ...handover } = deferred;
  const { tenant, channel, messageId } = deferred;
  const hop = deferred.hop + 1;
  return {
    ...handover,
    eventId: factId({ tenant, channel, messageId, hop, source: 'retry', status: 'due' }),
    hop,
    mode: plan.mode,
    why: plan.why,
    dueAt: plan.dueAt,
    // Sending again ends a doubt: a later one starts anew.
    ...(plan.mode === 'reconcile' && { doubt, doubtSince }),
  };
}
