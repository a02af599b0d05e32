import { milliseconds } from '#libs/contracts';
import { custodySettings } from '#libs/custody';
import { ledgerSettings } from '#libs/delivery-tables';
import { postgresSettings } from '#libs/persistence';
import { internalSettings, recipientHashSettings, serviceSettings, settingsGroup } from '#libs/runtime';
import { kafkaSettings } from '#libs/transport';
import { healthSettings } from './route/health/health.config.ts';
import { holdSettings } from './route/holds/holds.config.ts';
import { quietSettings } from './quiet/quiet-hours.config.ts';
import { missingReceiptSettings } from './receipts/missing/missing-receipts.config.ts';
import { permitSettings } from './route/permits/permits.config.ts';
import { routingSettings } from './route/routing.config.ts';
import { listSettings } from './suppressions/lists/lists.config.ts';
import { STANDARD_SCHEDULE_DAYS } from './accept/times.policy.ts';
import type { ConfigType } from '@nestjs/config';
import { z } from 'zod';

/** Settings of the delivery engine, the same in every channel. */
export const deliverySettings = {
  LEASE_GUARD_MS: milliseconds(3_000).describe(
    'What must be left of a claim’s lease when a request is written to the provider, in milliseconds.',
  ),
  HANDOVER_ANSWER_MS: milliseconds(30_000).describe(
    'A message that was handed over to retry, and on which retry has said nothing for so long, is looked after, ' +
      'in milliseconds: it is handed over once more if its record or the answer was lost, not if retry is behind.',
  ),
  ...ledgerSettings,
  CANCEL_WAIT_MS: milliseconds(60_000).describe(
    'A cancellation whose request has not come within this many milliseconds is reported as refused: never seen. ' +
      'Should the request still come within LEDGER_RETENTION_DAYS, it is not sent.',
  ),
  SCHEDULE_AT_MOST_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(366)
    .default(STANDARD_SCHEDULE_DAYS)
    .describe(
      'How far ahead a message can be scheduled (sendAt), in days from the request’s Kafka time; one beyond is ' +
        'rejected.',
    ),
  ...healthSettings,
  ...permitSettings,
  ...holdSettings,
  ...routingSettings,
  ...missingReceiptSettings,
  ...listSettings,
  ...quietSettings,
};

/** All settings of a channel's delivery. */
export const deliveryConfig = settingsGroup('delivery', { ...deliverySettings, ...recipientHashSettings });
export type DeliveryConfig = ConfigType<typeof deliveryConfig>;

/**
 * The settings that the service of every channel has, besides its own.
 * @param port its default port, and those of its metrics and its internal port
 */
export const channelSettings = (port: number, metricsPort: number, internalPort: number) => ({
  ...serviceSettings(port, metricsPort),
  ...internalSettings(internalPort),
  ...kafkaSettings,
  ...postgresSettings,
  ...deliverySettings,
  ...recipientHashSettings,
  ...custodySettings,
});
