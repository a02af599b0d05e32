import type { Backoff } from './decision.ts';

// Past this the power of two says nothing more: every cap is reached.
const MOST_DOUBLINGS = 40;

/**
 * Exponential backoff with full jitter, in whole milliseconds from 1 up to the cap: drawn evenly from the whole span,
 * so that messages that failed together do not come back together (AWS Architecture Blog, "Exponential Backoff And
 * Jitter").
 * @param round 1 after the first failure; @param jitter at least 0, below 1.
 */
export function backoffDelay(round: number, { baseMs, capMs }: Backoff, jitter: number): number {
  const span = Math.min(capMs, baseMs * 2 ** Math.min(Math.max(round, 1) - 1, MOST_DOUBLINGS));
  return Math.max(1, Math.floor(jitter * span));
}
