const MINUTE_MS = 60_000;
/** Formats are slow to make, and there are a few hundred zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The minutes that have passed since midnight on the clocks of a zone. `at` is ms since 1970. */
export function minuteOfDay(zone: string, at: number): number {
  const known = formats.get(zone);
  const format =
    known ?? new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', minute: 'numeric', hourCycle: 'h23' });
  if (!known) formats.set(zone, format);
  let minutes = 0;
  for (const { type, value } of format.formatToParts(at)) {
    if (type === 'hour') minutes += Number(value) * 60;
    if (type === 'minute') minutes += Number(value);
  }
  return minutes;
}

/** The IANA time zones of a country (ISO 3166), by ICU's copy of the database; none where it is no country. */
export function zonesOf(country: string): readonly string[] {
  const known = zones.get(country);
  if (known) return known;
  const found = /^[A-Z]{2}$/.test(country) ? timeZonesOf(new Intl.Locale('und', { region: country })) : [];
  zones.set(country, found);
  return found;
}

const zones = new Map<string, readonly string[]>();

/** ECMA-402, Intl Locale Info; TypeScript's library does not know it yet. */
const timeZonesOf = (locale: Intl.Locale): string[] =>
  (locale as unknown as { getTimeZones(): string[] | undefined }).getTimeZones() ?? [];

/** The beginning of the minute. */
export const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS) * MINUTE_MS;
