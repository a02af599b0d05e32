/**
 * The first and the last moment that ISO 8601 writes with a year of four digits, in ms since 1970. JavaScript writes
 * what lies outside with a sign and six digits (`+010000-…`), which no schema of ours reads.
 */
const FIRST_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether a time in ms since 1970 can be written as an instant that every service reads again. */
export const isInstant = (ms: number): boolean => ms >= FIRST_MS && ms <= LAST_MS;

/**
 * ISO 8601 in UTC for a time in ms since 1970; the nearest there is for one that lies outside the years 1 to 9999 or is
 * none.
 */
export const nearestInstant = (ms: number): string =>
  new Date(Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, FIRST_MS), LAST_MS)).toISOString();

/** Whether a text is an instant as `toISOString` writes it: no day that its month lacks, no year outside 1 to 9999. */
export const isPlainInstant = (text: string): boolean => nearestInstant(Date.parse(text)) === text;
