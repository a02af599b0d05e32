import type { Channel } from '#libs/contracts';
import { deliveryConfig, Suppressions, SuppressionsService } from '#libs/delivery';
import type { SuppressionLists } from '#libs/providers';
import { made, type Token } from '#libs/runtime';
import { SuppressionAdmin } from './suppression-admin.service.ts';
import { SuppressionSync } from './suppression-sync.service.ts';

const parts = { words: SuppressionsService, table: Suppressions, config: deliveryConfig.KEY };

/** The providers that SuppressionsController needs in a channel's module. */
export const suppressionAdmin = (channel: Channel) =>
  made(
    SuppressionAdmin,
    parts,
    ({ config, ...parts }) => new SuppressionAdmin({ ...parts, channel, hashKey: config.RECIPIENT_HASH_KEY }),
  );

/** The providers that SuppressionSyncController needs. `lists`: the token of the providers' lists. */
export const suppressionSync = (channel: Channel, lists: Token<readonly SuppressionLists[]>) =>
  made(
    SuppressionSync,
    { ...parts, sources: lists },
    ({ config, ...parts }) => new SuppressionSync({ ...parts, channel, hashKey: config.RECIPIENT_HASH_KEY }),
  );
