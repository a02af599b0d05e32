const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const FORM = /^(\d{4})-W(0[1-9]|[1-4]\d|5[0-3])$/;

/** The time in which one key is used: an ISO week in UTC, such as 2026-W48. */
export type Epoch = string;

/** @param ms since 1970 */
export function epochAt(ms: number): Epoch {
  // The week belongs to the year of its Thursday.
  const thursday = new Date(mondayOf(ms) + 3 * DAY_MS);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / WEEK_MS);
  return `${year}-W${String(week).padStart(2, '0')}`;
}

export const isEpoch = (text: string): boolean => FORM.test(text) && epochAt(beginOf(text)) === text;

/** How many weeks an epoch is before another; negative: after it. */
export const weeksBefore = (epoch: Epoch, other: Epoch): number =>
  Math.round((beginOf(other) - beginOf(epoch)) / WEEK_MS);

/** The Monday on which an epoch begins, in ms since 1970. */
function beginOf(epoch: Epoch): number {
  const [, year, week] = FORM.exec(epoch) ?? [];
  // The fourth of January is always in the first week.
  return mondayOf(Date.UTC(Number(year), 0, 4)) + (Number(week) - 1) * WEEK_MS;
}

function mondayOf(ms: number): number {
  const day = Math.floor(ms / DAY_MS) * DAY_MS;
  return day - ((new Date(day).getUTCDay() + 6) % 7) * DAY_MS;
}
