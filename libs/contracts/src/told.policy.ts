/** What a provider said to a question that sends nothing. */
export type Told =
  | {
      reached: true;
      status: number;
      /** Read as JSON; undefined where it is none. */
      body: unknown;
      /** How far its clock goes before ours, in milliseconds; undefined where it does not say. */
      skewMs: number | undefined;
    }
  | { reached: false; code: string };

/** From this difference on two clocks are said to disagree, in milliseconds. */
export const SKEW_WORTH_TELLING_MS = 30_000;

/**
 * How far another clock goes before (positive) or behind ours at the least, in milliseconds, by the Date header of its
 * answer. The header tells whole seconds, and was written at some time between the question and the answer.
 * @param askedAt by our clock, milliseconds of the epoch, as is answeredAt
 */
export function skewOf(date: string | string[] | undefined, askedAt: number, answeredAt: number): number | undefined {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(theirs)) return undefined;
  if (theirs > answeredAt) return theirs - answeredAt;
  // `+ 0`: minus zero is a zero to nobody who compares.
  return Math.min(0, theirs + 1_000 - askedAt) + 0;
}

/** The skew in words, and whether it is worth telling. */
export function clockSeen(told: Told): { state: 'ok' | 'warn' | 'skipped'; seen: string } {
  if (!told.reached) return { state: 'skipped', seen: 'there was no answer to take the time from' };
  if (told.skewMs === undefined) return { state: 'skipped', seen: 'the answer bears no time' };
  const seconds = Math.round(Math.abs(told.skewMs) / 1_000);
  if (Math.abs(told.skewMs) < SKEW_WORTH_TELLING_MS)
    return { state: 'ok', seen: seconds < 2 ? 'our clock agrees with theirs' : `our clock is ${seconds} s off theirs` };
  return { state: 'warn', seen: `our clock is ${seconds} s ${told.skewMs > 0 ? 'behind' : 'ahead of'} theirs` };
}

/** Why there is nothing to judge: no answer, or one that is trouble of theirs; undefined: there is. */
export function troubleOf(told: Told): string | undefined {
  if (!told.reached) return `it cannot be reached (${told.code})`;
  if (told.status === 429 || told.status >= 500) return `it answers with status ${told.status}`;
  return undefined;
}
