import type { Channel } from '#libs/contracts';
import { DeliveryEngine } from '#libs/delivery';
import type { SuppressionLists } from '#libs/providers';
import { API_ACCESS, type ApiAccess } from '#libs/runtime';
import { SuppressionAdmin } from './suppression-admin.service.ts';
import { SuppressionSync } from './suppression-sync.service.ts';
import type { FactoryProvider } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';

/** The part of the engine that operators work on. */
type Known = Pick<DeliveryEngine<never, never>, 'suppressions' | 'suppressed'>;

/** Who may use the operators' API: BearerGuard needs it in a channel's module. */
export const operatorAccess: FactoryProvider<ApiAccess> = {
  provide: API_ACCESS,
  inject: [ConfigService],
  useFactory: (config: ConfigService) => ({
    realm: 'operators',
    setting: 'OPERATOR_TOKEN',
    tokens: config.get<string | undefined>('OPERATOR_TOKEN'),
  }),
};

/** What SuppressionsController needs in a channel's module. */
export const suppressionAdmin = (channel: Channel): FactoryProvider<SuppressionAdmin> => ({
  provide: SuppressionAdmin,
  inject: [DeliveryEngine, ConfigService],
  useFactory: ({ suppressions: words, suppressed: table }: Known, config: ConfigService) =>
    new SuppressionAdmin({ channel, hashKey: config.getOrThrow('RECIPIENT_HASH_KEY'), words, table }),
});

/** What SuppressionSyncController needs. `sources`: the token of the providers' lists. */
export const suppressionSync = (channel: Channel, sources: symbol): FactoryProvider<SuppressionSync> => ({
  provide: SuppressionSync,
  inject: [DeliveryEngine, ConfigService, sources],
  useFactory: (
    { suppressions: words, suppressed: table }: Known,
    config: ConfigService,
    of: readonly SuppressionLists[],
  ) => new SuppressionSync({ channel, hashKey: config.getOrThrow('RECIPIENT_HASH_KEY'), sources: of, words, table }),
});
