import { ownFailure } from '#libs/providers';
import type { Delivery, Outcome } from '../delivery.ts';
import type { QuietHours } from '../quiet/quiet-hours.ts';

/**
 * Decides whether a hop may be sent now: an outcome that settles it instead, or undefined: it may.
 * @param now in ms since 1970
 */
export function admit(
  delivery: Delivery<unknown>,
  now: number,
  quietHours?: Pick<QuietHours, 'of'>,
): Outcome | undefined {
  if (delivery.expiresAt.getTime() <= now) return expired(now);
  if (delivery.sendAt && delivery.sendAt.getTime() > now) {
    const until = delivery.sendAt.toISOString();
    return { kind: 'waiting', at: isoOf(now), until, reason: 'It was asked to go at a later time.' };
  }
  if (delivery.unfit)
    return { kind: 'failed', at: isoOf(now), attempt: delivery.attemptCount + 1, failure: delivery.unfit };
  return inQuietHours(delivery, now, quietHours);
}

/** What came during quiet hours goes after them, in the order in which it came. */
function inQuietHours(
  { addressee, lane, expiresAt, position = 0 }: Delivery<unknown>,
  now: number,
  quietHours: Pick<QuietHours, 'of'> | undefined,
): Outcome | undefined {
  const quiet = addressee && quietHours?.of(addressee, lane, now);
  if (!quiet) return undefined;
  const reason = quiet.until < expiresAt.getTime() ? quiet.why : `${quiet.why} It expires before that.`;
  return { kind: 'waiting', at: isoOf(now), until: isoOf(quiet.until), reason, position };
}

/** The message has expired: nothing is sent any more. `now` is ms since 1970. */
function expired(now: number): Outcome {
  const failure = ownFailure('MSG_EXPIRED', 'transient', 'never', 'It could not be sent before it expired.', {
    remedy: 'If it is still of use, publish it again under a new messageId with a later expiresAt.',
  });
  return { kind: 'expired', at: isoOf(now), failure };
}

/** Whether its record is so old that the ledger may have forgotten it. */
export function isForgotten(delivery: Delivery<unknown>, retentionDays: number, now: number): boolean {
  return now - delivery.rememberedAt.getTime() > retentionDays * 86_400_000;
}

// A policy gets the time as an argument; only its text form is made here.
const isoOf = (ms: number) => new Date(ms).toISOString();
