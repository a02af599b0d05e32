import type { Channel } from '#libs/contracts';
import { type DeliveryConfig, deliveryConfig, Suppressions, SuppressionsService } from '#libs/delivery';
import type { SuppressionLists } from '#libs/providers';
import { API_ACCESS, type ApiAccess } from '#libs/runtime';
import { operatorConfig } from '../operator.config.ts';
import { SuppressionAdmin } from './suppression-admin.service.ts';
import { SuppressionSync } from './suppression-sync.service.ts';
import type { FactoryProvider } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';

/** Who may use the operators' API: BearerGuard needs it in a channel's module, and `operatorConfig.provider`. */
export const operatorAccess: FactoryProvider<ApiAccess> = {
  provide: API_ACCESS,
  inject: [operatorConfig.KEY],
  useFactory: ({ OPERATOR_TOKEN: tokens }: ConfigType<typeof operatorConfig>) => ({
    realm: 'operators',
    setting: 'OPERATOR_TOKEN',
    tokens,
  }),
};

const inject = [SuppressionsService, Suppressions, deliveryConfig.KEY];

/** What SuppressionsController needs in a channel's module. */
export const suppressionAdmin = (channel: Channel): FactoryProvider<SuppressionAdmin> => ({
  provide: SuppressionAdmin,
  inject,
  useFactory: (words: SuppressionsService, table: Suppressions, config: DeliveryConfig) =>
    new SuppressionAdmin({ channel, hashKey: config.RECIPIENT_HASH_KEY, words, table }),
});

/** What SuppressionSyncController needs. `lists`: the token of the providers' lists. */
export const suppressionSync = (channel: Channel, lists: symbol): FactoryProvider<SuppressionSync> => ({
  provide: SuppressionSync,
  inject: [...inject, lists],
  useFactory: (
    words: SuppressionsService,
    table: Suppressions,
    config: DeliveryConfig,
    sources: readonly SuppressionLists[],
  ) => new SuppressionSync({ channel, hashKey: config.RECIPIENT_HASH_KEY, sources, words, table }),
});
