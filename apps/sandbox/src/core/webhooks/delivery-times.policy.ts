import type { WebhookFault } from '../gate/fault.policy.ts';

export interface WebhookPost {
  /** From now, in milliseconds. */
  wait: number;
  /** Set where the copy has an id of its own. */
  copy?: number;
}

/** Far enough apart that they do not share a request. */
const APART_MS = 30;

/**
 * When the webhooks of an event are posted: now, later, several times, or not at all.
 * @param times when the events of its message happen, in ms since 1970
 * @param index of the event among them
 */
export function webhookPosts(times: readonly number[], index: number, fault: WebhookFault | null): WebhookPost[] {
  const { drop, delayMs = 0, reorder, copies = 1, newIds } = fault ?? {};
  if (drop) return [];
  const wait = delayMs + (reorder ? untilItsTurn(times, index) : 0);
  return Array.from({ length: copies }, (_, copy) => ({
    wait: wait + copy * APART_MS,
    ...(newIds && copy > 0 && { copy }),
  }));
}

/** The last event is posted when it happens, and those before it after it. */
function untilItsTurn(times: readonly number[], index: number): number {
  const last = times.length - 1;
  return times[last]! - times[index]! + (last - index) * APART_MS;
}
