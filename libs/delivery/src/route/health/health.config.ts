import { milliseconds } from '#libs/contracts';
import { z } from 'zod';

const calls = (standard: number) => z.coerce.number().int().min(1).max(10_000).default(standard);

/** Settings of the circuits and of the calls in flight, the same for every provider of a channel. */
export const healthSettings = {
  BREAKER_CONSECUTIVE_FAILURES: calls(20).describe(
    'A provider’s circuit opens after this many failures in a row that are its own: transient or ' +
      'unknown. What throttles or refuses the account is held instead.',
  ),
  BREAKER_FAILURE_RATIO: z.coerce
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe('It opens as well when this part of the calls of the last BREAKER_WINDOW_MS failed, from 0 to 1.'),
  BREAKER_MIN_CALLS: calls(20).describe('The ratio counts only from this many calls within the window.'),
  BREAKER_WINDOW_MS: milliseconds(10_000).describe('How far back the ratio looks, in milliseconds.'),
  BREAKER_OPEN_MS: milliseconds(5_000).describe(
    'How long a circuit stays open before it is probed, in milliseconds; doubles with each probe that fails.',
  ),
  BREAKER_MAX_OPEN_MS: milliseconds(60_000).describe('Longest time between two probes, in milliseconds.'),
  BREAKER_PROBES: calls(3).describe(
    'Most calls at a time while a circuit is half open; so many that succeed close it, one that fails opens it again.',
  ),
  BULKHEAD_CALLS: calls(1_000).describe(
    'Most calls in flight to one provider from one replica; others wait, urgent ones first.',
  ),
};

const schema = z.object(healthSettings);
export type HealthConfig = z.infer<typeof schema>;

/** When a circuit opens and how it closes. Times in milliseconds. */
export interface BreakerLimits {
  consecutive: number;
  /** Above 0, at most 1. */
  ratio: number;
  minCalls: number;
  windowMs: number;
  openMs: number;
  maxOpenMs: number;
  probes: number;
}

export const breakerLimitsOf = (config: HealthConfig): BreakerLimits => ({
  consecutive: config.BREAKER_CONSECUTIVE_FAILURES,
  ratio: config.BREAKER_FAILURE_RATIO,
  minCalls: config.BREAKER_MIN_CALLS,
  windowMs: config.BREAKER_WINDOW_MS,
  openMs: config.BREAKER_OPEN_MS,
  maxOpenMs: Math.max(config.BREAKER_OPEN_MS, config.BREAKER_MAX_OPEN_MS),
  probes: config.BREAKER_PROBES,
});
