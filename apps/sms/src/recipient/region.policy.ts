import { readPhoneNumber } from '#libs/contracts';
import { isSupportedCountry } from 'libphonenumber-js/max';

/** An entry of a setting: a country, a number prefix, or all. */
const PREFIX = /^\+[1-9]\d{0,9}$/;

export const isRegion = (entry: string): boolean => PREFIX.test(entry) || isSupportedCountry(entry);

/** The location of a number: its digits, and the region that the numbering plan gives it. */
export interface Destination {
  to: string;
  region?: string | undefined;
}

/**
 * How specific an entry is for a number: longer prefixes first, then the country, then `*`; undefined: it does not
 * match.
 */
export function specificity(entry: string, { to, region }: Destination): number | undefined {
  if (entry === '*') return 0;
  if (entry === region) return 1;
  if (!PREFIX.test(entry)) return undefined;
  // An old spelling (Mexico's +52 1) belongs to the region of its number.
  return to.startsWith(entry) || readPhoneNumber(to)?.number.startsWith(entry) ? entry.length : undefined;
}

/** The most specific entry for a number. */
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

/** Parses a list of regions such as `US,CA,+4915`; `wrong` is the first invalid entry. */
export function readRegions(text: string): { regions: string[]; wrong?: string | undefined } {
  const regions = text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  return { regions, wrong: regions.find((entry) => entry !== '*' && !isRegion(entry)) };
}
