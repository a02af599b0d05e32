import { Lane, milliseconds } from '#libs/contracts';
import { postgresSettings } from '#libs/persistence';
import { serviceSettings, settingsGroup } from '#libs/runtime';
import { kafkaSettings } from '#libs/transport';
import { z } from 'zod';
import type { Backoff, RetryPolicy } from './plan/decision.ts';

const lanes = Lane.options.join('|');

type Milliseconds = ReturnType<typeof milliseconds>;

/** The waits between the attempts of one lane. */
const waits = <N extends string>(name: N, of: string, { baseMs, capMs }: Backoff) =>
  ({
    [`RETRY_${name}_BASE_MS`]: milliseconds(baseMs).describe(
      `${of}: upper bound of the wait after the first failed attempt, in milliseconds; it doubles with each further ` +
        'one, the wait is drawn from 0 up to it.',
    ),
    [`RETRY_${name}_CAP_MS`]: milliseconds(capMs).describe(
      `${of}: longest wait between two attempts, in milliseconds.`,
    ),
  }) as Record<`RETRY_${N}_BASE_MS` | `RETRY_${N}_CAP_MS`, Milliseconds>;

const lookUpWindow = <N extends string>(name: N, lane: string, ms: number) =>
  ({
    [`RECONCILE_WINDOW_${name}_MS`]: milliseconds(ms).describe(
      `${lane} lane: how long a lost answer is looked for, in milliseconds.`,
    ),
  }) as Record<`RECONCILE_WINDOW_${N}_MS`, Milliseconds>;

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
  ...waits('URGENT', 'Urgent lane', { baseMs: 500, capMs: 10_000 }),
  ...waits('TRANSACTIONAL', 'Transactional lane', { baseMs: 1_000, capMs: 5 * 60_000 }),
  ...waits('BULK', 'Bulk lane', { baseMs: 5_000, capMs: 30 * 60_000 }),
  ...waits('OPERATOR', 'Trouble that an operator must fix, any lane', { baseMs: 30_000, capMs: 15 * 60_000 }),
  RECONCILE_AFTER_MS: milliseconds(5_000).describe(
    'A call whose answer was lost is looked up at the provider for the first time after this many milliseconds; ' +
      'the waits then double.',
  ),
  ...lookUpWindow('URGENT', 'Urgent', 60_000),
  ...lookUpWindow('TRANSACTIONAL', 'Transactional', 15 * 60_000),
  ...lookUpWindow('BULK', 'Bulk', 24 * 3_600_000),
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
  RETRY_CLEANUP_MS: milliseconds(60_000).describe('How often what is past its retention is deleted, in milliseconds.'),
});
export type RetryConfig = z.infer<typeof RetryConfig>;

/** For injection. */
export const retryConfig = settingsGroup('retry', RetryConfig.shape);

type Named = Uppercase<Lane>;
const named = (lane: Lane) => lane.toUpperCase() as Named;

const backoffOf = (config: RetryConfig, name: Named | 'OPERATOR'): Backoff => ({
  baseMs: config[`RETRY_${name}_BASE_MS`],
  capMs: config[`RETRY_${name}_CAP_MS`],
});

const byLane = <T>(of: (lane: Lane) => T): Record<Lane, T> =>
  Object.fromEntries(Lane.options.map((lane) => [lane, of(lane)])) as Record<Lane, T>;

/** The settings that decide over messages. */
export function policyOf(config: RetryConfig): RetryPolicy {
  return {
    maxAttempts: config.RETRY_MAX_ATTEMPTS,
    backoff: byLane((lane) => backoffOf(config, named(lane))),
    operator: backoffOf(config, 'OPERATOR'),
    reconcile: {
      afterMs: config.RECONCILE_AFTER_MS,
      windowMs: byLane((lane) => config[`RECONCILE_WINDOW_${named(lane)}_MS`]),
      resend: new Set(Lane.options.filter((lane) => config.RECONCILE_RESEND.split(',').includes(lane))),
    },
  };
}
