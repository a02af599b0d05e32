import { setTimeout as delay } from 'node:timers/promises';

export interface Timeout {
  /** Timeout in milliseconds; default 10,000. */
  timeoutMs?: number;
  /** Interval in milliseconds; default 50. */
  everyMs?: number;
  /** What is waited for, for the error message. */
  what?: string;
}

/**
 * Calls `look` repeatedly until it neither throws nor returns `undefined` or `false`, and returns its result. It may
 * contain assertions, before a `return true`: on timeout the last one that failed is reported.
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 50, what }: Timeout = {},
): Promise<NonNullable<T>> {
  const end = performance.now() + timeoutMs;
  let looks = 0;
  for (;;) {
    const seen = await attempt(look);
    looks += 1;
    if (seen.satisfied) return seen.value as NonNullable<T>;
    if (performance.now() >= end)
      throw new Error(
        `${what ?? 'what was waited for'} did not come within ${timeoutMs} ms (${looks} looks); ${seen.why}`,
        { cause: seen.cause },
      );
    await delay(everyMs);
  }
}

type Seen<T> = { satisfied: true; value: T } | { satisfied: false; why: string; cause?: unknown };

async function attempt<T>(look: () => T | Promise<T>): Promise<Seen<T>> {
  try {
    const value = await look();
    return value === undefined || value === false
      ? { satisfied: false, why: `the last look gave ${String(value)}` }
      : { satisfied: true, value };
  } catch (cause) {
    return {
      satisfied: false,
      why: `the last look said: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    };
  }
}
