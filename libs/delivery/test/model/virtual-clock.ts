/** 2030-01-31T12:00:00Z: where every history begins. */
export const noon = Date.UTC(2030, 0, 31, 12);

/** Time that stands still until it is moved. While installed, `Date`, `performance.now` and `setInterval` obey it. */
export class VirtualClock {
  now = noon;
  private restore: (() => void) | undefined;

  /** Back to noon: one clock serves many histories. */
  reset(): void {
    this.now = noon;
  }

  install(): void {
    const clock = this;
    const { Date: realDate, setInterval: realInterval, clearInterval: realClear } = globalThis;
    const realNow = performance.now;
    globalThis.Date = class extends realDate {
      constructor(...given: unknown[]) {
        super(...((given.length === 0 ? [clock.now] : given) as [number]));
      }
      static override now(): number {
        return clock.now;
      }
    } as DateConstructor;
    performance.now = () => clock.now - noon;
    // Only the consumer's commits run by interval; the history says when (SimConsumer.commit).
    globalThis.setInterval = (() => 0) as unknown as typeof setInterval;
    globalThis.clearInterval = () => undefined;
    this.restore = () => {
      Object.assign(globalThis, { Date: realDate, setInterval: realInterval, clearInterval: realClear });
      performance.now = realNow;
    };
  }

  uninstall(): void {
    this.restore?.();
  }
}
