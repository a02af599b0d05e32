import { setImmediate as nextTurn } from 'node:timers/promises';

export interface GatheringOptions {
  /** Maximum number of items in one batch. */
  size: number;
  /**
   * How long the first item waits for others while the load is high, in ms, because every batch has a fixed cost. While
   * the load is low it waits only for items of the same turn of the event loop. 0: only for those of its microtask.
   */
  lingerMs: number;
  /** Resolves after this many milliseconds. */
  wait?: (ms: number) => Promise<unknown>;
}

/** A batch of this size shows that the load is high. */
const MUCH = 8;
/** How long a batch waits for the one before it at most. That one may be blocked by a lock that its own items hold. */
const BEHIND_ANOTHER_MS = 100;

/**
 * Joins items that arrive together: at once while the load is low, after a moment while it is high. While a batch is in
 * work the next one gathers, so batches grow with the load. Unlike `microBatch` it returns nothing to the caller:
 * `work` passes each item on.
 */
export class Gathering<T> {
  private readonly options: Required<GatheringOptions>;
  private readonly work: (items: readonly T[]) => Promise<void>;
  private items: T[] = [];
  private isLingering = false;
  private out = 0;
  private much = false;
  private onBatchEnd: (() => void) | undefined;

  /** @param work processes a batch; never rejects */
  constructor(options: GatheringOptions, work: (items: readonly T[]) => Promise<void>) {
    this.options = { wait: pause, ...options };
    this.work = work;
  }

  add(item: T): void {
    this.items.push(item);
    if (!this.isLingering) this.linger();
    else if (this.items.length === this.options.size && this.out === 0) this.go();
  }

  private linger(): void {
    this.isLingering = true;
    void this.othersMayCome().then(() => this.waitForTheOneBefore());
  }

  private othersMayCome(): Promise<unknown> {
    const { lingerMs, wait } = this.options;
    if (lingerMs === 0) return Promise.resolve();
    return this.much ? wait(lingerMs) : nextTurn();
  }

  private waitForTheOneBefore(): void {
    if (this.out === 0) return this.goOn();
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      this.onBatchEnd = undefined;
      this.goOn();
    };
    this.onBatchEnd = end;
    void this.options.wait(BEHIND_ANOTHER_MS).then(end);
  }

  private goOn(): void {
    this.isLingering = false;
    this.go();
    if (this.items.length > 0) this.linger();
  }

  private go(): void {
    const { size } = this.options;
    if (this.items.length === 0) return;
    const batch = this.items.length <= size ? this.items : this.items.slice(0, size);
    this.items = this.items.length <= size ? [] : this.items.slice(size);
    this.much = batch.length >= MUCH;
    this.out += 1;
    void this.work(batch).finally(() => {
      this.out -= 1;
      this.onBatchEnd?.();
    });
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
