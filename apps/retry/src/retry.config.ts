import { milliseconds } from '#libs/contracts';
import { postgresSettings } from '#libs/persistence';
import {
  internalAccessSettings,
  internalSettings,
  letterRetentionSettings,
  serviceSettings,
  settingsGroup,
} from '#libs/runtime';
import { kafkaSettings } from '#libs/transport';
import { z } from 'zod';
import { policySettings, twoPolicies } from './policy/policy.settings.ts';

/** Every setting that the retry service reads from its environment. */
export const RetryConfig = z
  .object({
    ...serviceSettings(8083, 9467),
    ...kafkaSettings,
    ...postgresSettings,
    ...internalSettings(8093),
    ...internalAccessSettings,
    ...policySettings,
    RETRY_POLL_MS: milliseconds(200).describe('How often the schedule is looked at for what is due, in milliseconds.'),
    RETRY_BATCH: z.coerce.number().int().min(1).max(5_000).default(500).describe('Most messages released at once.'),
    RETRY_RELEASE_PER_S: z.coerce
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(5_000)
      .describe('Most messages that one replica releases in a second: after a downtime what is due goes urgent first.'),
    PARKED_MAX: z.coerce
      .number()
      .int()
      .min(1)
      .default(1_000_000)
      .describe(
        'From this many parked messages on the channels leave bulk requests in Kafka, until half of it is left: ' +
          'Kafka holds a long outage, not PostgreSQL.',
      ),
    RETRY_AFTER_QUIET_PER_S: z.coerce
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(200)
      .describe('Most messages that one replica releases in a second of those that quiet hours have put off.'),
    RETRY_LEASE_MS: milliseconds(20_000).describe(
      'A release that was not finished within this many milliseconds is taken up by another replica.',
    ),
    RETRY_ANSWER_MS: milliseconds(30_000).describe(
      'A released message of which its channel has reported nothing for so long is looked after, in milliseconds: it ' +
        'goes once more if its record or the answer was lost, not if the channel is behind.',
    ),
    RETRY_PLAN_RETENTION_MS: milliseconds(24 * 3_600_000).describe(
      'How long a plan is kept after it was answered, cancelled or stopped, in milliseconds.',
    ),
    RETRY_PROGRESS_RETENTION_MS: milliseconds(14 * 24 * 3_600_000).describe(
      'How long it is remembered what was decided about a message, in milliseconds; keep it above the retention of ' +
        'send.deferred.',
    ),
    ...letterRetentionSettings,
    RETRY_CLEANUP_MS: milliseconds(60_000).describe(
      'How often what is past its retention is deleted, in milliseconds.',
    ),
  })
  .superRefine((settings, context) => {
    const message = twoPolicies(settings);
    if (message) context.addIssue({ code: 'custom', path: ['RETRY_POLICY_FILE'], message });
  });
export type RetryConfig = z.infer<typeof RetryConfig>;

/** For injection. */
export const retryConfig = settingsGroup('retry', RetryConfig.shape);
