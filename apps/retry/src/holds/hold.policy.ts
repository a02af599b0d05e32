import type { ProviderChanged } from '#libs/contracts';

/** No hold is believed to last longer than this, whatever its record says, in milliseconds. */
export const LONGEST_HOLD_MS = 20 * 60_000;

/**
 * How long a hold still lasts as it becomes known; 0: it is over, or lifted. In milliseconds, by whatever clock reads
 * it: no other clock takes part, however wrong it is.
 */
export function lastsMs({ state, forMs }: Pick<ProviderChanged, 'state' | 'forMs'>, ageMs = 0): number {
  if (state === 'lifted') return 0;
  return Math.min(LONGEST_HOLD_MS, Math.max(0, forMs - Math.max(0, ageMs)));
}
