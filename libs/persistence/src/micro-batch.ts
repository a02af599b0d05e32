import { gather, type MicroBatch } from '#libs/batching';
import { isDataError } from './pool.ts';

export type { MicroBatch };

/** Columns of these rows, each as one array; `unnest` turns them into rows again. */
export const columnsOf = <R extends object, K extends keyof R>(rows: readonly R[], ...names: K[]): R[K][][] =>
  names.map((name) => rows.map((row) => row[name]));

/**
 * Joins entries that arrive within a few milliseconds into one call of `work`, which returns the results in the same
 * order. When the data of one entry is refused (SQLSTATE 22, 23), the batch is bisected: only that entry fails.
 */
export function microBatch<I, O>(
  options: { size: number; lingerMs: number },
  work: (entries: readonly I[]) => Promise<O[]>,
): MicroBatch<I, O> {
  return gather({ ...options, isOneEntrys: isDataError }, work);
}
