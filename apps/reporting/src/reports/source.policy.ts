import { type Face, type FaceName, faceOf } from '../counts/faces.ts';
import type { Dimension, ReportQuery } from './report-query.ts';

/** A table that answers a question, and how it names what is asked for. */
export interface Source {
  table: string;
  time: 'hour' | 'day';
  columns: Readonly<Partial<Record<Dimension, string>>>;
  /** A condition that makes its rows those that are meant. */
  only?: string;
}

const sourceOf = (name: FaceName, renamed: Source['columns'] = {}, only?: string): Source => {
  const face: Face = faceOf(name);
  const [time, ...keys] = Object.keys(face.keys) as ['hour' | 'day', ...Dimension[]];
  const own = Object.fromEntries(keys.map((key) => [key, key]));
  return { table: face.table, time, columns: { ...own, ...renamed }, ...(only !== undefined && { only }) };
};

/** The tables that count messages, the smallest first. */
const sources: readonly Source[] = [
  sourceOf('messageDay'),
  sourceOf('countryDay'),
  sourceOf('valueDay', { template: 'value' }, "dimension = 'template'"),
  sourceOf('valueDay', { tag: 'value' }, "dimension = 'tag'"),
  sourceOf('messageHour'),
];

/** Days of UTC are counted by themselves; other days, and hours, are made of hours. */
export const wantsHours = ({ granularity, timeZone, from, to }: Omit<ReportQuery, 'groupBy' | 'filters' | 'tenants'>) =>
  granularity === 'hour' ||
  (granularity === 'day' && timeZone !== 'UTC') ||
  [from, to].some((at) => !at.endsWith('T00:00:00.000Z'));

/**
 * The smallest table that has all that is asked for.
 * @returns undefined: no table has it together
 */
export function sourceFor(query: ReportQuery): Source | undefined {
  const needed = new Set<Dimension>([...query.groupBy, ...(Object.keys(query.filters) as Dimension[])]);
  const hours = wantsHours(query);
  return sources.find(
    ({ time, columns }) => (time === 'hour' || !hours) && [...needed].every((dimension) => dimension in columns),
  );
}
