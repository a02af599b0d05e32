/** A provider's response to a request that sends nothing. */
export type Reported =
  | {
      reached: true;
      status: number;
      /** Parsed JSON; undefined where it is none. */
      body: unknown;
      /** How far the provider's clock is ahead of ours, in milliseconds; undefined where it states no time. */
      skewMs: number | undefined;
    }
  | { reached: false; code: string };

/** From this difference on, two clocks are reported as different, in milliseconds. */
export const SKEW_WARNING_MS = 30_000;

/**
 * The minimum difference between another clock and ours (positive: it is ahead), in milliseconds, by the Date header of
 * its response. The header has whole seconds, and was written between request and response.
 * @param askedAt time of the request by our clock, in ms since 1970; answeredAt: that of the response
 */
export function skewOf(date: string | string[] | undefined, probedAt: number, answeredAt: number): number | undefined {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(theirs)) return undefined;
  if (theirs > answeredAt) return theirs - answeredAt;
  // `+ 0` turns minus zero into zero.
  return Math.min(0, theirs + 1_000 - probedAt) + 0;
}

/** The difference in words, and whether it is worth reporting. */
export function clockSeen(reported: Reported): { state: 'ok' | 'warn' | 'skipped'; seen: string } {
  if (!reported.reached) return { state: 'skipped', seen: 'there was no answer to take the time from' };
  if (reported.skewMs === undefined) return { state: 'skipped', seen: 'the answer bears no time' };
  const seconds = Math.round(Math.abs(reported.skewMs) / 1_000);
  if (Math.abs(reported.skewMs) < SKEW_WARNING_MS)
    return { state: 'ok', seen: seconds < 2 ? 'our clock agrees with theirs' : `our clock is ${seconds} s off theirs` };
  return { state: 'warn', seen: `our clock is ${seconds} s ${reported.skewMs > 0 ? 'behind' : 'ahead of'} theirs` };
}

/** Why there is nothing to judge: no response, or a fault of the provider; undefined: there is a response. */
export function problemOf(reported: Reported): string | undefined {
  if (!reported.reached) return `it cannot be reached (${reported.code})`;
  if (reported.status === 429 || reported.status >= 500) return `it answers with status ${reported.status}`;
  return undefined;
}
