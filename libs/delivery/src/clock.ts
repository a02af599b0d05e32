import { setTimeout as delay } from 'node:timers/promises';

/** The time, as the engine uses it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds of a monotonic clock: leases and deadlines use it. */
  steady(): number;
  /** Rejects when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.timeOrigin + performance.now(),
  wait: (ms, signal) => delay(ms, undefined, { signal }),
};
