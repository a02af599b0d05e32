import type { Failure, SendDeferred } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import { isoOf, msOf } from '../instant.ts';
import { backoffDelay } from './backoff.policy.ts';
import type { Decision, KindPolicy, Known, LanePolicy, Moment, Plan, RetriedKind, RetryPolicy } from './decision.ts';
import { attemptsMade, lifeOf, withinLife } from './life.policy.ts';
import { mayHaveBeenTaken } from '../controls/controlled.policy.ts';
import { giveUp, reconcilePlan } from './reconcile.policy.ts';
import { restMs } from './rest.policy.ts';

/** What waits for others goes again after this long, even if nobody reports that they are well, in milliseconds. */
const BACKSTOP_MS = 15 * 60_000;

/**
 * What an operator has paused is looked at once a day: there may be a million of it, and the ledger remembers a hop
 * for some days only.
 */
const PAUSED_BACKSTOP_MS = 24 * 3_600_000;
/** The code of what an operator has paused. */
const PAUSED = 'MSG_PAUSED';
/** The code of what its channel found to have expired. */
const EXPIRED = 'MSG_EXPIRED';

/** What follows from a message that was not sent now. */
export function planRetry(deferred: SendDeferred, known: Known, policy: RetryPolicy, moment: Moment): Decision {
  const at = isoOf(moment.now);
  const lane = policy[deferred.lane];
  if (known.accepted) return { outcome: 'accepted', at, facts: [] };
  if (deferred.why === 'unknown') return reconcilePlan(deferred, known, lane, moment.now);
  if (deferred.why === 'failed' && failureOf(deferred).retry === 'never') return endedByChannel(deferred, at);
  // A postponed look: cancelling or expiring would leave the lost answer without an end.
  const unconfirmedOf = deferred.why === 'waiting' && deferred.unconfirmedCall !== undefined;
  if (unconfirmedOf) return planWait(deferred, 'reconcile', lane, moment);
  // Nobody may say of it that it was cancelled: an earlier call of it may have been taken.
  if (known.cancelledBecause !== undefined && mayHaveBeenTaken(deferred)) return giveUp(deferred, moment.now);
  if (known.cancelled) return cancel(deferred, at, known.cancelledBecause);
  if (deferred.why === 'failed' && isExhausted(deferred, lane, moment.now))
    return deadLetter(deferred, 'exhausted', at);
  if (moment.now >= msOf(deferred.expiresAt)) return deadLetter(deferred, 'expired', at);
  return deferred.why === 'waiting' ? planWait(deferred, 'send', lane, moment) : planAttempt(deferred, lane, moment);
}

function planWait(deferred: SendDeferred, mode: Plan['mode'], lane: LanePolicy, { now, jitter }: Moment): Decision {
  const why = 'The time it waited for has come.';
  const fallback = () => now + backoffDelay(deferred.hop, lane.kinds.unavailable, jitter);
  const until = deferred.until === undefined ? fallback() : msOf(deferred.until);
  const dueAt = mode === 'reconcile' ? until : withinLife(until, lifeOf(deferred), now);
  const plan: Plan = deferred.waitsFor
    ? { mode, kind: 'waiting', why, ...parked(deferred, deferred.waitsFor, lane, now) }
    : {
        mode,
        kind: 'waiting',
        why,
        dueAt: isoOf(dueAt),
        ...(deferred.inOrder && { position: deferred.position ?? 0 }),
      };
  return { outcome: 'planned', at: isoOf(now), facts: [], plan };
}

/** Until the key is open, but not before its rest is over, and at the latest for its last try. */
function parked(
  deferred: SendDeferred,
  waitsFor: string,
  lane: LanePolicy,
  now: number,
): Pick<Plan, 'waitsFor' | 'notBefore' | 'dueAt' | 'position'> {
  const life = lifeOf(deferred);
  const rested = now + restMs(deferred.rests ?? 1, lane.restCapMs, life);
  const isPaused = deferred.failure?.code === PAUSED && !deferred.unconfirmedCall;
  const latest = Math.max(rested, now + (isPaused ? PAUSED_BACKSTOP_MS : BACKSTOP_MS));
  const dueAt = deferred.unconfirmedCall ? latest : withinLife(latest, life, now);
  return {
    waitsFor,
    notBefore: isoOf(Math.min(rested, dueAt)),
    dueAt: isoOf(dueAt),
    ...(deferred.inOrder && { position: deferred.position ?? 0 }),
  };
}

function planAttempt(deferred: SendDeferred, lane: LanePolicy, { now, jitter }: Moment): Decision {
  const failure = failureOf(deferred);
  const due = withinLife(now + delayOf(deferred, failure, lane, jitter), lifeOf(deferred), now);
  const park = deferred.waitsFor !== undefined && !deferred.elsewhere;
  const when = park ? parked(deferred, deferred.waitsFor!, lane, now) : { dueAt: isoOf(due) };
  const again = deferred.elsewhere
    ? 'Another provider is tried.'
    : park
      ? 'It is tried again once a provider can take it.'
      : 'It will be tried again.';
  return {
    outcome: 'planned',
    at: isoOf(now),
    plan: { mode: 'send', kind: 'failed', why: `Tried again. ${failure.meaning}`, ...when },
    facts: [
      {
        status: 'retrying',
        final: false,
        hop: deferred.hop,
        ...(!park && { nextAt: when.dueAt }),
        failure,
        reason: `${again} ${failure.meaning}`,
      },
    ],
  };
}

/** Whose waits apply to a failure. */
function kindOf({ kind, retry }: Failure): RetriedKind {
  if (retry === 'operator') return 'account';
  return kind === 'throttled' || kind === 'unavailable' || kind === 'account' ? kind : 'transient';
}

/** Its attempts or its time are used up. What waits for others has no attempts to use up unless a policy says so. */
function isExhausted(deferred: SendDeferred, lane: LanePolicy, now: number): boolean {
  const { attempts = Infinity, deadlineMs = Infinity } = lane.kinds[kindOf(failureOf(deferred))];
  return attemptsMade(deferred) >= attempts || now - lifeOf(deferred).from >= deadlineMs;
}

function delayOf(deferred: SendDeferred, failure: Failure, lane: LanePolicy, jitter: number): number {
  if (deferred.elsewhere) return 0;
  const kind = kindOf(failure);
  const rest = kind === 'transient' ? 0 : restMs(deferred.rests ?? 0, lane.restCapMs, lifeOf(deferred));
  return Math.max(rest, waitOf(deferred, failure, lane.kinds[kind], jitter));
}

function waitOf(deferred: SendDeferred, failure: Failure, policy: KindPolicy, jitter: number): number {
  const asked = failure.retryAfterMs;
  // A limit of our own ends when it says: no provider's word, which is asked again before long.
  if (asked !== undefined && !failure.provider) return Math.max(1, asked);
  if (asked !== undefined && policy.retryAfterAtMostMs > 0)
    return Math.max(1, Math.min(asked, policy.retryAfterAtMostMs));
  // An open circuit, or a refusal of our own, leaves no attempt behind: the hops say how often it was met.
  const made = attemptsMade(deferred);
  const round = failure.kind === 'unavailable' || made === 0 ? deferred.hop : made;
  return backoffDelay(round, policy, policy.jitter === 'full' ? jitter : 1);
}

/** Its channel has reported the final status already. Whoever notices that a message has expired: it has a letter. */
function endedByChannel(deferred: SendDeferred, at: string): Decision {
  const failure = failureOf(deferred);
  const reason = failure.code === EXPIRED ? 'expired' : 'failed';
  return { outcome: 'dead-lettered', at, facts: [], burial: { reason, failure } };
}

function deadLetter(deferred: SendDeferred, reason: 'exhausted' | 'expired', at: string): Decision {
  const failure = failureOf(deferred);
  const given =
    reason === 'exhausted'
      ? { status: 'failed' as const, words: `Given up after ${attemptsMade(deferred)} attempts.` }
      : { status: 'expired' as const, words: 'It expired before it could go.' };
  const { hop } = deferred;
  return {
    outcome: 'dead-lettered',
    at,
    burial: { reason, failure },
    facts: [{ status: given.status, final: true, hop, failure, reason: `${given.words} ${failure.meaning}` }],
  };
}

function cancel(deferred: SendDeferred, at: string, because = 'Upstream asked not to send it any more.'): Decision {
  return {
    outcome: 'cancelled',
    at,
    facts: [{ status: 'cancelled', final: true, hop: deferred.hop, reason: because }],
  };
}

/** The last failure there is; a message that only waited has one of ours. */
function failureOf(deferred: SendDeferred): Failure {
  return (
    deferred.failure ?? deferred.attempts.at(-1)?.failure ?? (deferred.why === 'waiting' ? endedWaiting : unclassified)
  );
}

const endedWaiting = ownFailure(
  'MSG_EXPIRED_WAITING',
  'unavailable',
  'never',
  'It waited for its time, or for a provider that can take it, until it expired.',
  {
    remedy: 'If it is still of use, publish it again under a new messageId with a later expiresAt.',
  },
);
const unclassified = ownFailure(
  'MSG_UNCLASSIFIED',
  'transient',
  'backoff',
  'The attempt failed; its channel did not say why.',
);
