import { setTimeout as delay } from 'node:timers/promises';

/** Keeps faults away from a restore, also where the machine is slow and all of the plan comes late. */
export class Undisturbed {
  private running = 0;
  private lastEnd = -Infinity;
  private waiting: Promise<void> | undefined;

  /** Injects a fault, once no restore needs to be left alone. */
  async fault(inject: () => Promise<void>): Promise<void> {
    while (this.waiting) await this.waiting;
    this.running += 1;
    try {
      await inject();
    } finally {
      this.running -= 1;
      this.lastEnd = performance.now();
    }
  }

  /** Does the work once no fault has been under way for so long; new ones wait until it is done. */
  async work(afterMs: number, work: () => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting = promise;
    try {
      while (this.running > 0 || performance.now() < this.lastEnd + afterMs) await delay(100);
      await work();
    } finally {
      this.waiting = undefined;
      resolve();
    }
  }
}
