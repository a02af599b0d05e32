import type { Granularity } from './report-query.ts';

const HOUR = 3_600_000;
/** Rows of time that an answer may have. */
export const MOST_SPANS = 1_100;

export interface Range {
  from: string;
  to: string;
}

/**
 * The span of a report, in whole hours.
 * @param now ms since 1970
 * @returns what is wrong with it, where it is: which field, and the rule
 */
export function rangeOf(
  given: { from?: string | undefined; to?: string | undefined; granularity: Granularity },
  now: number,
): Range | { field: 'from'; rule: string } {
  const unit = given.granularity === 'hour' ? HOUR : 24 * HOUR;
  const to = given.to === undefined ? Math.ceil((now + 1) / unit) * unit : down(Date.parse(given.to));
  const from = given.from === undefined ? to - standardOf(given.granularity) : down(Date.parse(given.from));
  if (from >= to) return { field: 'from', rule: 'must be at least an hour before to' };
  const hours = (to - from) / HOUR;
  const spans = given.granularity === 'hour' ? hours : given.granularity === 'day' ? hours / 24 : 1;
  if (spans > MOST_SPANS)
    return { field: 'from', rule: `gives more than ${MOST_SPANS} rows of time: ask for less, or a wider granularity` };
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** The span before, of the same length. */
export function before({ from, to }: Range): Range {
  const length = Date.parse(to) - Date.parse(from);
  return { from: new Date(Date.parse(from) - length).toISOString(), to: from };
}

/** Whether hours of UTC are hours there, at the beginning and the end of a span. */
export const isWholeHours = (timeZone: string, { from, to }: Range): boolean =>
  [from, to].every((at) => {
    const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(new Date(at));
    const offset = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    return !/:(?!00)/.test(offset);
  });

/** Where nothing is said: a day by hours, thirty days otherwise. */
const standardOf = (granularity: Granularity): number => (granularity === 'hour' ? 24 : 30 * 24) * HOUR;

const down = (ms: number): number => Math.floor(ms / HOUR) * HOUR;
