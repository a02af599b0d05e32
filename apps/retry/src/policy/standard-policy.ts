import type { Backoff, KindPolicy, LanePolicy, RetryPolicy } from '../plan/decision.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How often a message is tried whose failures are its own. */
const ATTEMPTS = 10;

const waits = (backoff: Backoff, retryAfterAtMostMs: number, attempts?: number): KindPolicy => ({
  ...backoff,
  jitter: 'full',
  retryAfterAtMostMs,
  attempts,
});

const lane = (backoff: Backoff, restCapMs: number, unknown: LanePolicy['unknown']): LanePolicy => ({
  kinds: {
    transient: waits(backoff, 5 * MINUTE, ATTEMPTS),
    // Not the message's own failures: they go on until it expires. No hold of a provider lasts longer than this either.
    throttled: waits(backoff, 5 * MINUTE),
    unavailable: waits(backoff, 5 * MINUTE),
    // Somebody has to fix it.
    account: waits({ baseMs: 30 * SECOND, capMs: 15 * MINUTE }, 15 * MINUTE),
  },
  restCapMs,
  unknown,
});

const unknown = (windowMs: number, resend: LanePolicy['unknown']['resend']) => ({
  firstLookMs: 5 * SECOND,
  windowMs,
  resend,
});

/** What holds where neither a policy file nor a setting says otherwise. */
export const standardPolicy: RetryPolicy = {
  urgent: lane({ baseMs: 500, capMs: 10 * SECOND }, 5 * SECOND, unknown(10 * SECOND, 'always')),
  transactional: lane({ baseMs: SECOND, capMs: 5 * MINUTE }, 30 * SECOND, unknown(2 * MINUTE, 'always')),
  bulk: lane({ baseMs: 5 * SECOND, capMs: 30 * MINUTE }, 5 * MINUTE, unknown(HOUR, 'unshared')),
};
