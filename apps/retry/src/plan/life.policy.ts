import type { SendDeferred } from '#libs/contracts';
import { msOf } from '../instant.ts';
import type { Life } from './rest.policy.ts';

/** A message that cannot go yet is tried a last time so long before it expires, in milliseconds. */
const LAST_TRY_MS = 1_000;

/** From when until when a message is wanted. What an operator sent on its way again begins anew. */
export function lifeOf({ requestedAt, redrivenAt, expiresAt, request }: SendDeferred): Life {
  const { sendAt } = request;
  const asked = msOf(redrivenAt ?? requestedAt);
  const scheduled = typeof sendAt === 'string' ? msOf(sendAt) : NaN;
  return { from: Number.isNaN(scheduled) ? asked : Math.max(asked, scheduled), until: msOf(expiresAt) };
}

/**
 * A wait that would end too late ends a second before the message expires, for a last try, and after that as it
 * expires: nobody knows before then that it could not have gone. All in milliseconds since 1970.
 */
export function withinLife(wanted: number, { until }: Life, now: number): number {
  const lastTry = until - LAST_TRY_MS;
  return Math.min(wanted, now < lastTry ? lastTry : until);
}

/** How often a provider was tried: a hand-over keeps some of many attempts only. */
export const attemptsMade = ({ attempts, attemptCount }: Pick<SendDeferred, 'attempts' | 'attemptCount'>): number =>
  attemptCount ?? attempts.length;
