import { setTimeout as delay } from 'node:timers/promises';

/** Time as the dispatch sees it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since 1970 on a clock that is never set back: leases and deadlines are on it. */
  steady(): number;
  /** Rejects when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.timeOrigin + performance.now(),
  wait: (ms, signal) => delay(ms, undefined, { signal }),
};
