// Further ahead the estimate says little; a message that comes back too early only asks again.
const FURTHEST_MS = 15 * 60_000;

/**
 * When a message that cannot go now should ask again, in ms: one after the other at the pace of the limit, so that a
 * backlog does not come back all at once. The result is also the next one's `last`.
 * @param expected when its turn would come if nobody else had been sent away; Infinity: never here
 * @param last the time given to the one before; 0: none
 */
export function nextAttemptAt(expected: number, last: number, intervalMs: number, now: number): number {
  // A replica without any share: another one takes it at once.
  const earliest = Number.isFinite(expected) ? expected : now;
  const inTurn = Math.max(earliest, last + intervalMs);
  return Math.min(inTurn, Math.max(earliest, now + FURTHEST_MS));
}
