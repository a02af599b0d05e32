import { setTimeout as delay } from 'node:timers/promises';
import { InfrastructureDown } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';

/** The longest wait between two attempts, in milliseconds. */
const LONGEST_WAIT_MS = 5_000;

/** Thrown into work that waits while the service stops: its record stays uncommitted and is read again. */
export class Stopping extends Error {}

export interface UntilUpOptions {
  logger: Pick<Logger, 'warn'>;
  stopping: AbortSignal;
  /** Logged with each wait. */
  waiting?: string;
  /** Whether waiting can help; other errors are thrown. Default: a dependency is down. */
  canWait?: (error: unknown) => boolean;
  /** The first wait, in milliseconds. Each further one is twice as long, five seconds at most. */
  firstWaitMs?: number;
  /** Rejects when the signal aborts. */
  wait?: (ms: number, stopping: AbortSignal) => Promise<void>;
}

export const isDependencyDown = (error: unknown): boolean => error instanceof InfrastructureDown;

/**
 * How long to wait after a failure: twice as long each time. All in milliseconds.
 * @param round counts from 0
 */
export const backOffMs = (round: number, firstWaitMs: number, longestWaitMs = LONGEST_WAIT_MS): number =>
  Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(round, 16));

/**
 * Repeats a step until it succeeds.
 * @throws Stopping when the service stops while it waits; errors that waiting cannot help
 */
export async function untilUp<T>(options: UntilUpOptions, step: () => Promise<T>): Promise<T> {
  const { logger, stopping, firstWaitMs = 200, waiting = 'waiting for a dependency' } = options;
  const { canWait = isDependencyDown, wait = pause } = options;
  for (let round = 0; ; round += 1) {
    try {
      return await step();
    } catch (err) {
      if (err instanceof Stopping || !canWait(err)) throw err;
      logger.warn({ err }, waiting);
      await waitOrStop(wait, backOffMs(round, firstWaitMs), stopping);
    }
  }
}

/** @throws Stopping when the signal is aborted, now or later. */
export async function waitOrStop(
  wait: NonNullable<UntilUpOptions['wait']>,
  ms: number,
  stopping: AbortSignal,
): Promise<void> {
  if (stopping.aborted) throw new Stopping();
  await wait(ms, stopping).catch(() => {
    throw new Stopping();
  });
}

export const pause = (ms: number, stopping: AbortSignal): Promise<void> => delay(ms, undefined, { signal: stopping });

/** @returns whether it was done before the service stopped. */
export const unlessStopping = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => true,
    (error: unknown) => {
      if (error instanceof Stopping) return false;
      throw error;
    },
  );
