import DataLoader from 'dataloader';
import { bisect, Refused } from './bisect.ts';

export interface MicroBatchOptions {
  /** Maximum number of entries in one batch. */
  size: number;
  /** How long the first entry waits for others while the load is low, in milliseconds. */
  lingerMs: number;
  /** Whether an error may be the fault of single entries. If so, the batch is bisected until only these fail. */
  isOneEntrys: (error: unknown) => boolean;
}

/** Work that many callers request one by one and that is done in batches. */
export interface MicroBatch<I, O> {
  /** Resolves with the result of this entry. */
  add(entry: I): Promise<O>;
}

/**
 * A batch of this size shows that the load is high: the next one gathers for longer, because every batch has a fixed
 * cost.
 */
const MUCH = 8;
const LINGER_WHEN_MUCH_MS = 10;
/**
 * How long a batch waits for the one before it at most. That one may be blocked by a lock that its own entries hold.
 */
const TIMEOUT_MS = 100;

/**
 * Joins entries that arrive within a few milliseconds into one call of `work`, which returns the results in the same
 * order.
 */
export function gather<I, O>(
  options: MicroBatchOptions,
  work: (entries: readonly I[]) => Promise<O[]>,
): MicroBatch<I, O> {
  const pace = new Pace(options.lingerMs);
  const loader = new DataLoader<I, O>(
    (entries) =>
      pace.during(entries.length, async () => {
        try {
          const answers = await bisect(entries, work, options.isOneEntrys);
          return answers.map((answer) => (answer instanceof Refused ? (answer.error as Error) : answer));
        } catch (error) {
          return entries.map(() => error as Error);
        }
      }),
    {
      cache: false,
      maxBatchSize: options.size,
      batchScheduleFn: (flush) => pace.schedule(flush),
    },
  );
  return { add: (entry) => loader.load(entry) };
}

/** A batch starts after its linger, and not while the one before it is in work, so batches grow with the load. */
class Pace {
  private readonly lingerMs: number;
  private readonly due: (() => void)[] = [];
  private out = 0;
  private much = false;

  constructor(lingerMs: number) {
    this.lingerMs = lingerMs;
  }

  schedule(flush: () => void): void {
    setTimeout(() => this.ready(flush), this.much ? Math.max(LINGER_WHEN_MUCH_MS, this.lingerMs) : this.lingerMs);
  }

  async during<T>(entries: number, work: () => Promise<T>): Promise<T> {
    this.much = entries >= MUCH;
    this.out += 1;
    try {
      return await work();
    } finally {
      this.out -= 1;
      this.due.shift()?.();
    }
  }

  private ready(flush: () => void): void {
    if (this.out === 0) return flush();
    const go = () => {
      clearTimeout(timeout);
      const place = this.due.indexOf(go);
      if (place >= 0) this.due.splice(place, 1);
      flush();
    };
    const timeout = setTimeout(go, TIMEOUT_MS);
    this.due.push(go);
  }
}
