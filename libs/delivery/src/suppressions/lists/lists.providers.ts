import type { Channel } from '#libs/contracts';
import type { SuppressionLists } from '#libs/providers';
import { Health, Jobs, LOGGER, made, POOL, type Token } from '#libs/runtime';
import { deliveryConfig } from '../../delivery.config.ts';
import { Suppressions } from '../suppressions.port.ts';
import { SuppressionsService } from '../suppressions.service.ts';
import { ListSync } from './list-sync.service.ts';
import { PostgresListTurns } from './list-turns.store.ts';
import { ProviderLists } from './provider-lists.service.ts';
import type { FactoryProvider } from '@nestjs/common';

/** What takes over the providers' own lists. `lists`: the token of those of a channel. */
export const listSync = (channel: Channel, lists: Token<readonly SuppressionLists[]>): FactoryProvider<ListSync> =>
  made(
    ListSync,
    {
      words: SuppressionsService,
      table: Suppressions,
      sources: lists,
      pool: POOL,
      jobs: Jobs,
      health: Health,
      logger: LOGGER,
      config: deliveryConfig.KEY,
    },
    ({ words, table, sources, pool, jobs, health, logger, config }) => {
      const sync = new ListSync({
        channel,
        lists: new ProviderLists({ channel, hashKey: config.RECIPIENT_HASH_KEY, sources, words, table }),
        turns: new PostgresListTurns(pool, channel),
        logger,
        everyMs: config.SUPPRESSION_SYNC_MS,
      });
      for (const job of sync.jobs()) jobs.add(job);
      if (sync.hasLists) health.addConcern('suppression-lists', () => sync.concern());
      return sync;
    },
  );
