import type { Failure, SendDeferred } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import { isoOf, msOf } from '../instant.ts';
import { backoffDelay } from './backoff.policy.ts';
import type { Decision, Known, Moment, RetryPolicy } from './decision.ts';
import { reconcilePlan } from './reconcile.policy.ts';

/** What follows from a message that was not sent now. */
export function planRetry(deferred: SendDeferred, known: Known, policy: RetryPolicy, moment: Moment): Decision {
  const at = isoOf(moment.now);
  if (known.accepted) return { outcome: 'accepted', at, facts: [] };
  if (deferred.why === 'unknown') return reconcilePlan(deferred, known, policy, moment.now);
  if (deferred.why === 'failed' && failureOf(deferred).retry === 'never') return deadLetter(deferred, 'failed', at);
  // A postponed look: cancelling or expiring would leave the lost answer without an end.
  const unconfirmedOf = deferred.why === 'waiting' && deferred.unconfirmedCall !== undefined;
  if (known.cancelled && !unconfirmedOf) return cancel(deferred, at);
  return deferred.why === 'waiting'
    ? planWait(deferred, unconfirmedOf, policy, moment)
    : planAttempt(deferred, policy, moment);
}

function planWait(
  deferred: SendDeferred,
  unconfirmedOf: boolean,
  policy: RetryPolicy,
  { now, jitter }: Moment,
): Decision {
  const fallback = now + backoffDelay(deferred.hop, policy.backoff[deferred.lane], jitter);
  const dueAt = deferred.until === undefined ? fallback : msOf(deferred.until);
  if (!unconfirmedOf && dueAt >= msOf(deferred.expiresAt)) return deadLetter(deferred, 'expired', isoOf(now));
  const mode = unconfirmedOf ? 'reconcile' : 'send';
  return {
    outcome: 'planned',
    at: isoOf(now),
    facts: [],
    plan: { mode, kind: 'waiting', dueAt: isoOf(dueAt), why: 'The time it waited for has come.' },
  };
}

function planAttempt(deferred: SendDeferred, policy: RetryPolicy, moment: Moment): Decision {
  const failure = failureOf(deferred);
  const at = isoOf(moment.now);
  if (isExhausted(deferred, failure, policy)) return deadLetter(deferred, 'exhausted', at);
  const due = moment.now + delayOf(deferred, failure, policy, moment.jitter);
  if (due >= msOf(deferred.expiresAt)) return deadLetter(deferred, 'expired', at);
  const dueAt = isoOf(due);
  return {
    outcome: 'planned',
    at,
    plan: { mode: 'send', kind: 'failed', dueAt, why: `Tried again. ${failure.meaning}` },
    facts: [
      {
        status: 'retrying',
        final: false,
        hop: deferred.hop,
        nextAt: dueAt,
        failure,
        reason: `It will be tried again. ${failure.meaning}`,
      },
    ],
  };
}

/**
 * What waits for an operator, a rate limit or an open circuit was not the message's own failure: it goes on until it
 * expires.
 */
function isExhausted(deferred: SendDeferred, failure: Failure, policy: RetryPolicy): boolean {
  const waitsForOthers = failure.retry === 'operator' || failure.kind === 'unavailable' || failure.kind === 'throttled';
  return !waitsForOthers && deferred.attempts.length >= policy.maxAttempts;
}

function delayOf(deferred: SendDeferred, failure: Failure, policy: RetryPolicy, jitter: number): number {
  if (failure.retryAfterMs !== undefined) return Math.max(1, failure.retryAfterMs);
  // An open circuit, or a refusal of our own, leaves no attempt behind: the hops say how often it was met.
  const round =
    failure.kind === 'unavailable' || deferred.attempts.length === 0 ? deferred.hop : deferred.attempts.length;
  if (failure.retry === 'operator') return backoffDelay(round, policy.operator, jitter);
  return backoffDelay(round, policy.backoff[deferred.lane], jitter);
}

function deadLetter(deferred: SendDeferred, reason: 'failed' | 'exhausted' | 'expired', at: string): Decision {
  const failure = failureOf(deferred);
  const burial = { reason, failure };
  const { hop } = deferred;
  switch (reason) {
    // Its channel has reported the final status already.
    case 'failed':
      return { outcome: 'dead-lettered', at, burial, facts: [] };
    case 'exhausted': {
      const tries = `Given up after ${deferred.attempts.length} attempts.`;
      return {
        outcome: 'dead-lettered',
        at,
        burial,
        facts: [{ status: 'failed', final: true, hop, failure, reason: `${tries} ${failure.meaning}` }],
      };
    }
    case 'expired':
      return {
        outcome: 'dead-lettered',
        at,
        burial,
        facts: [
          { status: 'expired', final: true, hop, failure, reason: `It expired before it could go. ${failure.meaning}` },
        ],
      };
  }
}

function cancel(deferred: SendDeferred, at: string): Decision {
  return {
    outcome: 'cancelled',
    at,
    facts: [{ status: 'cancelled', final: true, hop: deferred.hop, reason: 'Upstream asked not to send it any more.' }],
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
  'The time it had to wait for lies after the time it expires.',
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
