/** Numbers from here on are milliseconds; as seconds they would be in the year 5138. */
const MILLISECONDS_FROM = 100_000_000_000;
/** Valid times of events lie between these. */
const [EARLIEST, LATEST] = [Date.UTC(2000, 0), Date.UTC(2100, 0)];
const DAY_MS = 86_400_000;

/**
 * ISO 8601, also with a blank, as Resend's API writes it, and with a time zone of hours only. Without a time zone it is
 * UTC.
 */
const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * Reads a time of a provider: ISO 8601, or seconds or milliseconds since 1970, as number or text; undefined for
 * anything else.
 */
export function timeOf(value: unknown): Date | undefined {
  const ms =
    typeof value === 'number' ? fromNumber(value) : typeof value === 'string' ? fromText(value.trim()) : Number.NaN;
  return ms >= EARLIEST && ms < LATEST ? new Date(ms) : undefined;
}

const fromNumber = (value: number): number => Math.round(value >= MILLISECONDS_FROM ? value : value * 1000);

function fromText(text: string): number {
  if (/^\d{9,13}(?:\.\d+)?$/.test(text)) return fromNumber(Number(text));
  const [, day, time, zone = 'Z'] = iso.exec(text) ?? [];
  return day === undefined ? Number.NaN : Date.parse(`${day}T${time}${zoned(zone)}`);
}

const zoned = (zone: string): string =>
  zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours: string, minutes = '00') => `${hours}:${minutes}`);

/** The time of an event. A time more than a day in the future, by whatever clock, becomes now. `now`: ms since 1970. */
export const happenedAt = (at: Date | undefined, now: number): Date | undefined =>
  at && at.getTime() > now + DAY_MS ? new Date(now) : at;
