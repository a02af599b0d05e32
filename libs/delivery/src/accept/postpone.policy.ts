import { admit } from './admit.policy.ts';
import type { Delivery, Outcome } from '../delivery.ts';

const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 30_000;

/**
 * The retry must be due before the message expires: otherwise retry would make it a dead letter. `until` and `now` are
 * ms since 1970.
 */
export function postponed(delivery: Delivery<unknown>, until: number, reason: string, now: number): Outcome {
  const last = delivery.expiresAt.getTime() - 1_000;
  const due = last > now ? Math.min(until, last) : until;
  return { kind: 'waiting', at: new Date(now).toISOString(), until: new Date(due).toISOString(), reason };
}

/**
 * The lease expired before the request was written: nothing was sent and no provider was asked, so it is not an
 * attempt. The wait grows with each hop, so that an overloaded replica recovers.
 */
export function notStarted(delivery: Delivery<unknown>, now: number): Outcome {
  const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * delivery.hop);
  return (
    admit(delivery, now) ??
    postponed(delivery, now + rest, 'It took too long to get to the provider; nothing was sent.', now)
  );
}
