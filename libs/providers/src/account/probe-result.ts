/** What a provider said to a question that sends nothing. */
export type Reported =
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
export const SKEW_WARNING_MS = 30_000;

/**
 * How far another clock goes before (positive) or behind ours at the least, in milliseconds, by the Date header of its
 * answer. The header tells whole seconds, and was written at some time between the question and the answer.
 * @param askedAt by our clock, milliseconds of the epoch, as is answeredAt
 */
export function skewOf(date: string | string[] | undefined, probedAt: number, answeredAt: number): number | undefined {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(theirs)) return undefined;
  if (theirs > answeredAt) return theirs - answeredAt;
  // `+ 0`: minus zero is a zero to nobody who compares.
  return Math.min(0, theirs + 1_000 - probedAt) + 0;
}

/** The skew in words, and whether it is worth telling. */
export function clockSeen(reported: Reported): { state: 'ok' | 'warn' | 'skipped'; seen: string } {
  if (!reported.reached) return { state: 'skipped', seen: 'there was no answer to take the time from' };
  if (reported.skewMs === undefined) return { state: 'skipped', seen: 'the answer bears no time' };
  const seconds = Math.round(Math.abs(reported.skewMs) / 1_000);
  if (Math.abs(reported.skewMs) < SKEW_WARNING_MS)
    return { state: 'ok', seen: seconds < 2 ? 'our clock agrees with theirs' : `our clock is ${seconds} s off theirs` };
  return { state: 'warn', seen: `our clock is ${seconds} s ${reported.skewMs > 0 ? 'behind' : 'ahead of'} theirs` };
}

/** Why there is nothing to judge: no answer, or one that is trouble of theirs; undefined: there is. */
export function problemOf(reported: Reported): string | undefined {
  if (!reported.reached) return `it cannot be reached (${reported.code})`;
  if (reported.status === 429 || reported.status >= 500) return `it answers with status ${reported.status}`;
  return undefined;
}
