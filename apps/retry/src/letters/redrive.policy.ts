import { type DeadLetter, factId, type RedriveWork, type SendDeferred } from '#libs/contracts';
import { isoOf, msOf } from '../instant.ts';
import type { Decision, Plan } from '../plan/decision.ts';

/** What is known of the message of an open letter. */
export interface KnownLetter {
  letter: DeadLetter;
  /** The answer to a call was lost, before this letter or an earlier one of its message. */
  unconfirmed: boolean;
  /** A provider is proven to have it. */
  accepted: boolean;
  /** Upstream wants it sent no more. */
  cancelled: boolean;
  /** It has a plan that is not done with: the letter is of an earlier time. */
  underWay: boolean;
  /** The highest hop that it has had or was planned. */
  lastHop: number;
}

/** Why a letter is left as it is: the names under which a job counts them. */
export type LeftBecause =
  'leftAccepted' | 'leftCancelled' | 'leftUnderWay' | 'leftIncomplete' | 'leftUnconfirmed' | 'leftExpired';

export interface Redrive {
  /** The redrive takes a hop of its own, and the plan the next: a cancellation can then speak for the redrive’s. */
  deferred: SendDeferred;
  plan: Plan;
  decision: Decision;
}

/**
 * What a redrive makes of an open letter: the plan for its next hop, or why it is left. What may have arrived goes only
 * where that is asked for by name, and its plan waits for unread proof (docs/adr/0008). Its attempts and its time count
 * anew.
 * @param nowMs in milliseconds since 1970
 */
export function redriveOf(known: KnownLetter, work: RedriveWork, nowMs: number): Redrive | LeftBecause {
  const left = whyLeft(known, work, nowMs);
  if (left) return left;
  const { letter, lastHop, unconfirmed } = known;
  const at = isoOf(nowMs);
  const hop = lastHop + 1;
  const deferred: SendDeferred = {
    ...handoverOf(letter, work),
    eventId: redriveId({ ...letter, hop }),
    hop,
    why: unconfirmed ? 'unknown' : 'failed',
    at,
    attempts: [],
    attemptCount: 0,
    rests: 0,
    redrivenAt: at,
  };
  const why = 'An operator sent it on its way again.';
  const plan: Plan = { mode: 'send', kind: unconfirmed ? 'unknown' : 'failed', dueAt: at, why };
  return { deferred, plan, decision: { outcome: 'planned', at, plan, facts: [] } };
}

function whyLeft(known: KnownLetter, work: RedriveWork, nowMs: number): LeftBecause | undefined {
  const { letter, accepted, cancelled, underWay, unconfirmed } = known;
  if (accepted) return 'leftAccepted';
  if (cancelled) return 'leftCancelled';
  if (underWay) return 'leftUnderWay';
  if (lacksRequest(letter)) return 'leftIncomplete';
  if (unconfirmed && !work.includeUnconfirmed) return 'leftUnconfirmed';
  return msOf(work.expiresAt ?? letter.expiresAt) <= nowMs ? 'leftExpired' : undefined;
}

/** What is left of a hand-over that could not be read is no message that could be sent. */
const lacksRequest = ({ lacks, request }: DeadLetter): boolean =>
  lacks?.includes('request') === true || Object.keys(request).length === 0;

/** The message as it goes: with the expiry, template and provider that the operator wants. */
function handoverOf(letter: DeadLetter, work: RedriveWork) {
  const {
    eventId: _eventId,
    at: _at,
    reason: _reason,
    failure: _failure,
    unconfirmedCall: _call,
    unconfirmedSince: _since,
    templateVersion,
    request,
    ...handover
  } = letter as DeadLetter & { unconfirmedCall?: unknown; unconfirmedSince?: unknown };
  return {
    ...handover,
    // A provider is told by the request until when a text may wait there.
    request: {
      ...request,
      ...(work.provider !== undefined && { provider: work.provider }),
      ...(work.expiresAt !== undefined && { expiresAt: work.expiresAt }),
    },
    expiresAt: work.expiresAt ?? letter.expiresAt,
    ...(work.template === 'pinned' && templateVersion !== undefined && { templateVersion }),
  };
}

const redriveId = (of: DeadLetter): string => {
  const { tenant, channel, messageId, hop } = of;
  return factId({ tenant, channel, messageId, hop, source: 'retry', status: 'redriven' });
};
