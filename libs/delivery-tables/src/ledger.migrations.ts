import type { Migration } from '#libs/persistence';
import { backlogMigration } from './backlog.migration.ts';
import { cancellationMigration } from './cancellations.migration.ts';
import { controlMigration } from './control.migration.ts';
import { claimColumnsMigration, claimMigration, claimPlanMigration } from './claim.migration.ts';
import { providerHoldMigration } from './provider-holds.migration.ts';
import { suppressionMigration } from './suppressions.migration.ts';

/** The ledger of one channel; its partitions are created and dropped over time (ledger.partitions.ts). */
export const ledgerMigrations: readonly Migration[] = [
  {
    name: '001-ledger',
    sql: `
      CREATE TABLE ledger (
        id uuid NOT NULL,
        hop smallint NOT NULL,
        day date NOT NULL,
        token uuid NOT NULL,
        call_id uuid NOT NULL,
        state text NOT NULL,
        proven boolean NOT NULL DEFAULT false,
        source text NOT NULL,
        digest uuid,
        attempt smallint NOT NULL,
        lease_until timestamptz NOT NULL,
        claimed_at timestamptz NOT NULL,
        settled_at timestamptz,
        outcome jsonb,
        PRIMARY KEY (id, hop, day)
      ) PARTITION BY RANGE (day)`,
  },
  claimColumnsMigration,
  suppressionMigration,
  cancellationMigration,
  claimMigration,
  providerHoldMigration,
  backlogMigration,
  controlMigration,
  claimPlanMigration,
];
