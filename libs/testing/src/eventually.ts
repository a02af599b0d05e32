import { setTimeout as delay } from 'node:timers/promises';

export interface Timeout {
  /** Give up after this many milliseconds; default 10,000. */
  timeoutMs?: number;
  /** Between two looks, in milliseconds; default 50. */
  everyMs?: number;
  /** What is waited for, for the message when it does not come. */
  what?: string;
}

/**
 * Looks again and again until `look` neither throws nor gives `undefined` or `false`; returns what it gave.
 * Assertions inside are welcome, before a `return true`: the last one that failed is told when the time is over.
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
