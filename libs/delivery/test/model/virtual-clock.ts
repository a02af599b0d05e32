/** 2030-01-31T12:00:00Z: when every history begins. */
export const noon = Date.UTC(2030, 0, 31, 12);

/** Time that stands still until it is moved. While installed, `Date`, `performance.now`, `setInterval` and chance obey it. */
export class VirtualClock {
  now = noon;
  /** What was to run every so often, the latest last: the history says when. */
  readonly intervals: (() => void)[] = [];
  private restore: (() => void) | undefined;

  install(): void {
    const real = { Date, setInterval, clearInterval };
    const { random } = Math;
    const realNow = performance.now.bind(performance);
    const held = { setInterval: (work: () => void) => this.intervals.push(work), clearInterval: () => undefined };
    Object.assign(globalThis, { Date: this.dateOf(real.Date), ...held });
    Object.assign(performance, { now: () => this.now - noon });
    Math.random = () => 0.5;
    this.restore = () => {
      Object.assign(globalThis, real);
      Object.assign(performance, { now: realNow });
      Math.random = random;
    };
  }

  uninstall(): void {
    this.restore?.();
  }

  private dateOf(RealDate: DateConstructor): DateConstructor {
    const now = () => this.now;
    class VirtualDate extends RealDate {
      constructor(...given: [] | [number | string | Date]) {
        super(given.length === 0 ? now() : given[0]);
      }
      static override now = now;
    }
    return VirtualDate as DateConstructor;
  }
}
