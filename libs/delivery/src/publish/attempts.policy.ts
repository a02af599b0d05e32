import type { Attempt } from '#libs/contracts';

/** Of many attempts the first show how it began, and the last what the matter is now. */
const FIRST_KEPT = 5;
const LAST_KEPT = 15;

/** The history with one attempt more. It never outgrows the record that it travels in. */
export function withAttempt(attempts: readonly Attempt[], attempt: Attempt): Attempt[] {
  const all = [...attempts, attempt];
  return all.length <= FIRST_KEPT + LAST_KEPT ? all : [...all.slice(0, FIRST_KEPT), ...all.slice(-LAST_KEPT)];
}
