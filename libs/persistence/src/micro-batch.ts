import DataLoader from 'dataloader';
import { isDataError } from './pool.ts';

export interface MicroBatchOptions {
  /** Most entries of one batch. */
  size: number;
  /** How long the first entry waits for others, in milliseconds. */
  lingerMs: number;
}

/** Work that many callers ask for one by one and that is done together. */
export interface MicroBatch<I, O> {
  /** Resolves with this entry's own result. */
  add(entry: I): Promise<O>;
}

/**
 * Joins entries that come within a few milliseconds into one call of `work`, which answers in the same order.
 * When the data of one entry is refused (SQLSTATE 22, 23), the batch is bisected: only that entry fails.
 */
export function microBatch<I, O>(options: MicroBatchOptions, work: (entries: readonly I[]) => Promise<O[]>): MicroBatch<I, O> {
  const bisect = async (entries: readonly I[]): Promise<(O | Error)[]> => {
    try {
      return await work(entries);
    } catch (error) {
      if (entries.length === 1 || !isDataError(error)) return entries.map(() => error as Error);
      const middle = Math.ceil(entries.length / 2);
      return [...(await bisect(entries.slice(0, middle))), ...(await bisect(entries.slice(middle)))];
    }
  };
  const loader = new DataLoader<I, O>(bisect, {
    cache: false,
    maxBatchSize: options.size,
    batchScheduleFn: (flush) => setTimeout(flush, options.lingerMs),
  });
  return { add: (entry) => loader.load(entry) };
}
