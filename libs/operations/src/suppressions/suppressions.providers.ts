import type { Channel } from '#libs/contracts';
import { deliveryConfig, Suppressions, SuppressionsService } from '#libs/delivery';
import { made } from '#libs/runtime';
import { SuppressionAdmin } from './suppression-admin.service.ts';

/** The providers that SuppressionsController needs in a channel's module. */
export const suppressionAdmin = (channel: Channel) =>
  made(
    SuppressionAdmin,
    { words: SuppressionsService, table: Suppressions, config: deliveryConfig.KEY },
    ({ config, ...parts }) => new SuppressionAdmin({ ...parts, channel, hashKey: config.RECIPIENT_HASH_KEY }),
  );
