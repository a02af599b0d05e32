import type { Channel } from '#libs/contracts';
import { made, POOL } from '#libs/runtime';
import { Intake } from '../accept/intake.service.ts';
import { deliveryConfig } from '../delivery.config.ts';
import { RestoreService } from './restore.service.ts';
import { RestoredTables } from './restored-tables.port.ts';
import { PostgresRestoredTables } from './restored-tables.store.ts';
import type { FactoryProvider } from '@nestjs/common';

/** What makes good what a restored channel has forgotten. */
export const restoreParts = (channel: Channel): FactoryProvider[] => [
  made(
    RestoredTables,
    { pool: POOL, config: deliveryConfig.KEY },
    ({ pool, config }) =>
      new PostgresRestoredTables({ pool, schema: channel, retentionDays: config.LEDGER_RETENTION_DAYS }),
  ),
  made(
    RestoreService,
    { tables: RestoredTables, intake: Intake },
    (parts) => new RestoreService({ ...parts, channel }),
  ),
];
