/** From here on a number of a time is milliseconds; as seconds it would lie in the year 5138. */
const MILLISECONDS_FROM = 100_000_000_000;
/** Times of a provider lie between these: what does not is no time of an event. */
const [EARLIEST, LATEST] = [Date.UTC(2000, 0), Date.UTC(2100, 0)];
const DAY_MS = 86_400_000;

/** ISO 8601; also with a blank, as Resend's API writes it, and with a zone of hours alone. Without a zone it is UTC. */
const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * The time that a provider tells: ISO 8601, or seconds or milliseconds since 1970, as number or text; undefined for
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

/**
 * When it happened, as far as can be: what lies more than a day ahead, by whatever clock, is reported as now. `now`: ms
 * since 1970.
 */
export const happenedAt = (at: Date | undefined, now: number): Date | undefined =>
  at && at.getTime() > now + DAY_MS ? new Date(now) : at;
