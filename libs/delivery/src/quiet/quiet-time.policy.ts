import { minuteOf, minuteOfDay } from './local-time.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** When nothing is sent, in minutes since midnight on the recipient’s clocks: from `from` until before `until`. */
export interface QuietTime {
  from: number;
  until: number;
}

/** A quiet time in the zones that may be the recipient’s. */
export interface QuietIn {
  quiet: QuietTime;
  zones: readonly string[];
}

const isWithin = ({ from, until }: QuietTime, minute: number): boolean =>
  from < until ? minute >= from && minute < until : minute >= from || minute < until;

/** Whether it is quiet there at a time, in ms since 1970. */
export const isQuiet = (quiet: QuietTime, zone: string, at: number): boolean => isWithin(quiet, minuteOfDay(zone, at));

/** More than the clocks of any zone are put forward or back at once, in minutes. */
const LARGEST_SHIFT = 3 * 60;

/**
 * When a quiet time that lasts at a moment ends in one zone: the first minute after it on the zone’s clocks, also where
 * these are changed meanwhile. In ms since 1970.
 */
export function endOfQuiet(quiet: QuietTime, zone: string, at: number): number {
  const left = (quiet.until - minuteOfDay(zone, at) + DAY_MINUTES) % DAY_MINUTES;
  const straight = minuteOf(at) + left * MINUTE_MS;
  // Clocks that were put back end it later than was computed, clocks that were put forward sooner.
  const shift = signedMinutes(quiet.until - minuteOfDay(zone, straight));
  let end = straight + shift * MINUTE_MS;
  // The end itself may be a time that the clocks leave out.
  for (let step = 0; step < LARGEST_SHIFT && isQuiet(quiet, zone, end); step += 1) end += MINUTE_MS;
  for (let step = 0; step < LARGEST_SHIFT && end - MINUTE_MS > at && !isQuiet(quiet, zone, end - MINUTE_MS); step += 1)
    end -= MINUTE_MS;
  return end;
}

/** The nearer way round the clock. */
const signedMinutes = (minutes: number): number => ((minutes + DAY_MINUTES * 1.5) % DAY_MINUTES) - DAY_MINUTES / 2;

/** A message waits at most so many ends of quiet times for one that all zones share. */
const MOST_ENDS = 200;

/**
 * The first moment from `at` on at which no quiet time lasts in any of its zones, in ms since 1970; `at` itself where
 * it is quiet nowhere. `last`: which of them ended last. `end` undefined: they have no moment in common.
 */
export function firstAllowed(
  all: readonly QuietIn[],
  at: number,
): { end: number | undefined; last: number | undefined } {
  let end = at;
  let last: number | undefined;
  for (let count = 0; count < MOST_ENDS; count += 1) {
    const index = all.findIndex(({ quiet, zones }) => zones.some((zone) => isQuiet(quiet, zone, end)));
    if (index < 0) return { end, last };
    const { quiet, zones } = all[index]!;
    last = index;
    end = Math.max(...zones.filter((zone) => isQuiet(quiet, zone, end)).map((zone) => endOfQuiet(quiet, zone, end)));
  }
  return { end: undefined, last };
}
