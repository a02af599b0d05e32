import { readPhoneNumber } from '#libs/contracts';
import { isSupportedCountry } from 'libphonenumber-js/max';

/** What an entry of a setting can stand for: a country, the beginning of numbers, or all of them. */
const PREFIX = /^\+[1-9]\d{0,9}$/;

export const isRegion = (entry: string): boolean => PREFIX.test(entry) || isSupportedCountry(entry);

/** Where a number is: its own digits, and the region that the numbering plan gives it. */
export interface Destination {
  to: string;
  region?: string | undefined;
}

/**
 * How closely an entry describes a place: the longer a prefix the closer, then the country, then `*`; undefined: it
 * does not.
 */
export function specificity(entry: string, { to, region }: Destination): number | undefined {
  if (entry === '*') return 0;
  if (entry === region) return 1;
  if (!PREFIX.test(entry)) return undefined;
  // An old spelling (Mexico's +52 1) is in the region of its number.
  return to.startsWith(entry) || readPhoneNumber(to)?.number.startsWith(entry) ? entry.length : undefined;
}

/** The entry that describes a place most closely. */
export function closest<T>(
  entries: readonly T[],
  nameOf: (entry: T) => string,
  destination: Destination,
): T | undefined {
  let best: { entry: T; by: number } | undefined;
  for (const entry of entries) {
    const by = specificity(nameOf(entry), destination);
    if (by !== undefined && (!best || by > best.by)) best = { entry, by };
  }
  return best?.entry;
}

/** A list of regions as a setting gives it, such as `US,CA,+4915`; the first entry that is none. */
export function readRegions(text: string): { regions: string[]; wrong?: string | undefined } {
  const regions = text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  return { regions, wrong: regions.find((entry) => entry !== '*' && !isRegion(entry)) };
}
