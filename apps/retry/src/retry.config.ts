import { Lane, milliseconds } from '#libs/contracts';
import { postgresSettings } from '#libs/persistence';
import { serviceSettings, settingsGroup } from '#libs/runtime';
import { kafkaSettings } from '#libs/transport';
import { z } from 'zod';
import type { RetryPolicy } from './plan/decision.ts';

const lanes = Lane.options.join('|');

/** Every setting that the retry service reads from its environment. */
export const RetryConfig = z.object({
  ...serviceSettings(8083, 9467),
  ...kafkaSettings,
  ...postgresSettings,
  RETRY_MAX_ATTEMPTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(10)
    .describe(
      'After this many attempts a message is given up into dead-letters; trouble of an account or an open ' +
        'circuit does not count.',
    ),
  RETRY_URGENT_BASE_MS: milliseconds(500).describe(
    'Urgent lane: upper bound of the wait after the first failed attempt, in milliseconds; it doubles with each ' +
      'further one, the wait is drawn from 0 up to it.',
  ),
  RETRY_URGENT_CAP_MS: milliseconds(10_000).describe(
    'Urgent lane: longest wait between two attempts, in milliseconds.',
  ),
  RETRY_TRANSACTIONAL_BASE_MS: milliseconds(1_000).describe(
    'Transactional lane: upper bound of the wait after the first failed attempt, in milliseconds.',
  ),
  RETRY_TRANSACTIONAL_CAP_MS: milliseconds(5 * 60_000).describe(
    'Transactional lane: longest wait between two attempts, in milliseconds.',
  ),
  RETRY_BULK_BASE_MS: milliseconds(5_000).describe(
    'Bulk lane: upper bound of the wait after the first failed attempt, in milliseconds.',
  ),
  RETRY_BULK_CAP_MS: milliseconds(30 * 60_000).describe(
    'Bulk lane: longest wait between two attempts, in milliseconds.',
  ),
  RETRY_OPERATOR_BASE_MS: milliseconds(30_000).describe(
    'Trouble that an operator must fix, any lane: upper bound of the first wait, in milliseconds.',
  ),
  RETRY_OPERATOR_CAP_MS: milliseconds(15 * 60_000).describe(
    'Trouble that an operator must fix, any lane: longest wait, in milliseconds.',
  ),
  RECONCILE_AFTER_MS: milliseconds(5_000).describe(
    'A call whose answer was lost is looked up at the provider for the first time after this many milliseconds; ' +
      'the waits then double.',
  ),
  RECONCILE_WINDOW_URGENT_MS: milliseconds(60_000).describe(
    'Urgent lane: how long a lost answer is looked for, in milliseconds.',
  ),
  RECONCILE_WINDOW_TRANSACTIONAL_MS: milliseconds(15 * 60_000).describe(
    'Transactional lane: how long a lost answer is looked for, in milliseconds.',
  ),
  RECONCILE_WINDOW_BULK_MS: milliseconds(24 * 3_600_000).describe(
    'Bulk lane: how long a lost answer is looked for, in milliseconds.',
  ),
  RECONCILE_RESEND: z
    .string()
    .regex(
      new RegExp(`^(none|(${lanes})(,(${lanes}))*)$`),
      `must be none, or lanes out of ${lanes.replaceAll('|', ', ')}, separated by commas`,
    )
    .default('urgent,transactional')
    .describe(
      'Lanes whose messages are sent again when a lost answer is not found in time, at the risk of a second ' +
        'copy; the others end unconfirmed. none: no lane.',
    ),
  RETRY_POLL_MS: milliseconds(200).describe('How often the schedule is looked at for what is due, in milliseconds.'),
  RETRY_BATCH: z.coerce.number().int().min(1).max(5_000).default(500).describe('Most messages released at once.'),
  RETRY_LEASE_MS: milliseconds(30_000).describe(
    'A release that was not finished within this many milliseconds is taken up by another replica.',
  ),
  RETRY_ANSWER_MS: milliseconds(30_000).describe(
    'A released message of which its channel has told nothing for so long is looked after, in milliseconds: it ' +
      'goes once more if its record or the answer was lost, not if the channel is behind.',
  ),
  RETRY_PLAN_RETENTION_MS: milliseconds(24 * 3_600_000).describe(
    'How long a plan is kept after it was answered, cancelled or stopped, in milliseconds.',
  ),
  RETRY_PROGRESS_RETENTION_MS: milliseconds(14 * 24 * 3_600_000).describe(
    'How long it is remembered what was decided about a message, in milliseconds; keep it above the retention of ' +
      'send.deferred.',
  ),
  RETRY_CLEANUP_MS: milliseconds(60_000).describe('How often what is past its retention is deleted, in milliseconds.'),
});
export type RetryConfig = z.infer<typeof RetryConfig>;

/** For injection. */
export const retryConfig = settingsGroup('retry', RetryConfig.shape);

/** The settings that decide over messages. */
export function policyOf(config: RetryConfig): RetryPolicy {
  return {
    maxAttempts: config.RETRY_MAX_ATTEMPTS,
    backoff: {
      urgent: { baseMs: config.RETRY_URGENT_BASE_MS, capMs: config.RETRY_URGENT_CAP_MS },
      transactional: { baseMs: config.RETRY_TRANSACTIONAL_BASE_MS, capMs: config.RETRY_TRANSACTIONAL_CAP_MS },
      bulk: { baseMs: config.RETRY_BULK_BASE_MS, capMs: config.RETRY_BULK_CAP_MS },
    },
    operator: { baseMs: config.RETRY_OPERATOR_BASE_MS, capMs: config.RETRY_OPERATOR_CAP_MS },
    reconcile: {
      afterMs: config.RECONCILE_AFTER_MS,
      windowMs: {
        urgent: config.RECONCILE_WINDOW_URGENT_MS,
        transactional: config.RECONCILE_WINDOW_TRANSACTIONAL_MS,
        bulk: config.RECONCILE_WINDOW_BULK_MS,
      },
      resend: new Set(Lane.options.filter((lane) => config.RECONCILE_RESEND.split(',').includes(lane))),
    },
  };
}
