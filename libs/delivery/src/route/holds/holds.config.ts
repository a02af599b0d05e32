import { milliseconds } from '#libs/contracts';
import { z } from 'zod';

const MINUTE = 60_000;

/** Settings of holds, the same for every provider of a channel. */
export const holdSettings = {
  HOLD_THROTTLED_MS: milliseconds(1_000).describe(
    'A provider that throttles without saying for how long is left alone for this many milliseconds; doubles with ' +
      'each time in a row.',
  ),
  HOLD_THROTTLED_MAX_MS: milliseconds(5 * MINUTE).describe(
    'The longest time that a throttling provider is left alone before it is probed, whatever it asked for, in ' +
      'milliseconds.',
  ),
  HOLD_ACCOUNT_MS: milliseconds(MINUTE).describe(
    'A provider that refuses the account, a quota or a sender is left alone for this many milliseconds; doubles with ' +
      'each time in a row.',
  ),
  HOLD_ACCOUNT_MAX_MS: milliseconds(15 * MINUTE).describe(
    'The longest time between two probes of a provider that refuses the account, in milliseconds.',
  ),
};

const schema = z.object(holdSettings);
export type HoldConfig = z.infer<typeof schema>;

/** How long holds last, in milliseconds. */
export interface HoldLimits {
  throttledMs: number;
  throttledMaxMs: number;
  accountMs: number;
  accountMaxMs: number;
}

export const holdLimitsOf = (config: HoldConfig): HoldLimits => ({
  throttledMs: config.HOLD_THROTTLED_MS,
  throttledMaxMs: Math.max(config.HOLD_THROTTLED_MS, config.HOLD_THROTTLED_MAX_MS),
  accountMs: config.HOLD_ACCOUNT_MS,
  accountMaxMs: Math.max(config.HOLD_ACCOUNT_MS, config.HOLD_ACCOUNT_MAX_MS),
});
