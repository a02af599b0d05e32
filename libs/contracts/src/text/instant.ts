/**
 * The first and the last moment that ISO 8601 writes with a year of four digits, in ms since 1970. JavaScript writes
 * other years with a sign and six digits (`+010000-…`), which our schemas refuse.
 */
const FIRST_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether a time in ms since 1970 can be written as an instant that every service can read. */
export const isInstant = (ms: number): boolean => ms >= FIRST_MS && ms <= LAST_MS;

/**
 * ISO 8601 in UTC for a time in ms since 1970. A time outside the years 1 to 9999, or NaN, is clamped to the nearest
 * valid one.
 */
export const nearestInstant = (ms: number): string =>
  new Date(Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, FIRST_MS), LAST_MS)).toISOString();

/** Whether a text is an instant as `toISOString` writes it: an existing day, in a year from 1 to 9999. */
export const isPlainInstant = (text: string): boolean => nearestInstant(Date.parse(text)) === text;
