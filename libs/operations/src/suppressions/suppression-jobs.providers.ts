import type { Channel } from '#libs/contracts';
import { deliveryConfig, ListSync, Suppressions, SuppressionsService } from '#libs/delivery';
import type { SuppressionLists } from '#libs/providers';
import { ADDRESS_SEAL, made, operationProviders, sealingProviders, type Token } from '#libs/runtime';
import type { Provider } from '@nestjs/common';
import { ProviderRemovals } from './provider-removals.service.ts';
import { SuppressionOrder } from './suppression-order.store.ts';
import { SuppressRecipient } from './suppress.work.ts';
import { SyncLists } from './sync.work.ts';
import { UnsuppressRecipient } from './unsuppress.work.ts';

/**
 * What does the jobs about suppressions in a channel’s module; `OperationConsumer` goes among its controllers.
 * @param lists the token of the providers’ own lists
 */
export const suppressionJobs = (channel: Channel, lists: Token<readonly SuppressionLists[]>): Provider[] => [
  ...sealingProviders(),
  made(
    ProviderRemovals,
    { lists, seal: ADDRESS_SEAL, config: deliveryConfig.KEY },
    ({ config, ...parts }) => new ProviderRemovals({ ...parts, channel, hashKey: config.RECIPIENT_HASH_KEY }),
  ),
  made(
    SuppressRecipient,
    { words: SuppressionsService, table: Suppressions },
    (parts) => new SuppressRecipient({ ...parts, channel, order: new SuppressionOrder(channel) }),
  ),
  made(
    UnsuppressRecipient,
    { words: SuppressionsService, table: Suppressions, removals: ProviderRemovals },
    (parts) => new UnsuppressRecipient({ ...parts, channel, order: new SuppressionOrder(channel) }),
  ),
  made(SyncLists, { sync: ListSync }, ({ sync }) => new SyncLists(sync)),
  ...operationProviders(channel, [SuppressRecipient, UnsuppressRecipient, SyncLists]),
];
