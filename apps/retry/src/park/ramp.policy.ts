/** Messages a second that a key begins with once it is open. */
export const FIRST_RATE = 10;
/** It is never brought forward faster than this, in messages a second. */
export const HIGHEST_RATE = 10_000;
/** After so long at one rate it is judged, in milliseconds. */
const STEP_MS = 5_000;
/** A replica that stood still does not catch up on more than this, in milliseconds. */
const LONGEST_ROUND_MS = 1_000;

/** How fast a key's messages are brought forward; kept with the key, so that a crash does not forget it. */
export interface Ramp {
  /** Messages a second. */
  rate: number;
  /** Since when it has this rate, in milliseconds since 1970. */
  since: number;
  /** Up to when it has been moved, in milliseconds since 1970. */
  movedAt: number;
  /** Parts of a message that were left over. */
  credit: number;
  /** How many were brought forward at this rate, and how many were parked anew meanwhile. */
  moved: number;
  cameBack: number;
}

/** A key as it stands at a round. */
export interface KeyState {
  isOpen: boolean;
  /** When one of its candidates was held last, in milliseconds since 1970; undefined: never. */
  heldAt: number | undefined;
}

/** From the start, as after a new hold. */
export const freshRamp = (now: number): Ramp => ({
  rate: FIRST_RATE,
  since: now,
  movedAt: now,
  credit: 0,
  moved: 0,
  cameBack: 0,
});

/**
 * What a round may bring forward. A key that is not open starts anew, and so does one of which a candidate has been
 * held since. Each five seconds the rate is doubled if it was used; if most of what was moved came back, it starts
 * anew: no hold is set where a provider only stays silent.
 * @returns the ramp at this moment, and how many messages may go now
 */
export function nextRound(ramp: Ramp, key: KeyState, now: number): { ramp: Ramp; portion: number } {
  if (!key.isOpen) return { ramp: { ...freshRamp(now), since: ramp.since }, portion: 0 };
  if (key.heldAt !== undefined && key.heldAt > ramp.since) return { ramp: freshRamp(now), portion: 0 };
  // A clock that went back: the step begins anew, at the rate it has.
  if (ramp.since > now) return nextRound({ ...ramp, since: now, movedAt: Math.min(ramp.movedAt, now) }, key, now);
  const elapsed = Math.min(Math.max(0, now - ramp.movedAt), LONGEST_ROUND_MS);
  const judged = now - ramp.since >= STEP_MS ? judge(ramp, now) : ramp;
  const allowed = ramp.credit + (judged.rate * elapsed) / 1_000;
  const portion = Math.floor(allowed);
  return { ramp: { ...judged, movedAt: now, credit: allowed - portion }, portion };
}

function judge(ramp: Ramp, now: number): Ramp {
  const step = { ...ramp, since: now, moved: 0, cameBack: 0 };
  if (ramp.moved > 0 && ramp.cameBack * 2 > ramp.moved) return { ...step, rate: FIRST_RATE };
  const isUsed = ramp.moved * 2 >= (ramp.rate * STEP_MS) / 1_000;
  return isUsed ? { ...step, rate: Math.min(HIGHEST_RATE, ramp.rate * 2) } : step;
}
