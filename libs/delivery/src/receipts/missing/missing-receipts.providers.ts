import type { Channel } from '#libs/contracts';
import { LOGGER, made, POOL } from '#libs/runtime';
import { deliveryConfig } from '../../delivery.config.ts';
import { ConfiguredProviders } from '../../provider/configured-providers.ts';
import { OutcomePublisher } from '../../publish/outcome-publisher.service.ts';
import { ProviderHealth } from '../../route/health/provider-health.ts';
import { HeldProviders } from '../../route/holds/held-providers.ts';
import { ReceiptsService } from '../receipts.service.ts';
import { MissingReceipts } from './missing-receipts.port.ts';
import { PostgresMissingReceipts } from './missing-receipts.store.ts';
import { type AskedProvider, ReceiptLookups } from './receipt-lookups.service.ts';
import { ReceiptWatch } from './receipt-watch.ts';
import type { FactoryProvider } from '@nestjs/common';

const config = deliveryConfig.KEY;

/** What finds out about messages whose receipt is missing. */
export const missingReceiptParts = (channel: Channel): FactoryProvider[] => [
  made(MissingReceipts, { pool: POOL }, ({ pool }) => new PostgresMissingReceipts(pool, channel)),
  made(
    ReceiptWatch,
    { missing: MissingReceipts, configured: ConfiguredProviders, logger: LOGGER, config },
    ({ missing, configured, logger, config }) =>
      new ReceiptWatch({ missing, logger, webhooks: configured.webhooks, most: config.RECEIPTS_MISSED_MOST }),
  ),
  made(
    ReceiptLookups,
    {
      configured: ConfiguredProviders,
      missing: MissingReceipts,
      held: HeldProviders,
      health: ProviderHealth,
      receipts: ReceiptsService,
      outcomes: OutcomePublisher,
      watch: ReceiptWatch,
      logger: LOGGER,
      config,
    },
    ({ configured, held, health, config, ...parts }) =>
      new ReceiptLookups({
        ...parts,
        channel,
        providers: configured.adapters,
        asked: new Map([...configured.receipts].map(([name, times]) => [name, asSet(times, config)])),
        isOpen: (provider) => held.stateOf(provider, undefined).state === 'open' && !health.isOpen(provider),
        hashKey: config.RECIPIENT_HASH_KEY,
      }),
  ),
];

type GivenTimes = Partial<Record<'RECEIPT_FIRST_LOOK_MS' | 'RECEIPT_WINDOW_MS', number | undefined>>;

/** The times of a provider, where the settings do not say otherwise. */
const asSet = (
  { perMinute, firstLookMs, windowMs }: AskedProvider & { firstLookMs: number },
  { RECEIPT_FIRST_LOOK_MS: first = firstLookMs, RECEIPT_WINDOW_MS: window = windowMs }: GivenTimes,
): AskedProvider => ({ perMinute, firstLookMs: first, windowMs: window });
