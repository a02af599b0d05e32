/** Something that has to end by its deadline. */
export interface Timed {
  /** On the clock of `performance.now()`; set by Deadlines. */
  dueAt: number;
  /** Called once when the deadline passes, unless it was released before. */
  expire(): void;
}

/** A timer may fire slightly early. */
const EARLY_MS = 1;

/**
 * Deadlines of the same duration with one timer for all of them: they expire in the order in which they were added. A
 * timer and a closure per call took 0.4 KB of the 8.7 KB of a call.
 */
export class Deadlines {
  private readonly timeoutMs: number;
  private readonly held = new Set<Timed>();
  private timer: NodeJS.Timeout | undefined;

  /** @param timeoutMs in milliseconds */
  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }

  add(timed: Timed): void {
    timed.dueAt = performance.now() + this.timeoutMs;
    this.held.add(timed);
    this.timer ??= setTimeout(this.sweep, this.timeoutMs);
  }

  /** The call has ended. The timer must not keep the process alive. */
  delete(timed: Timed): void {
    this.held.delete(timed);
    if (this.held.size > 0 || !this.timer) return;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private readonly sweep = (): void => {
    this.timer = undefined;
    for (const timed of this.held) {
      const leftMs = timed.dueAt - performance.now();
      if (leftMs > EARLY_MS) {
        this.timer ??= setTimeout(this.sweep, leftMs);
        return;
      }
      this.held.delete(timed);
      timed.expire();
    }
  };
}
