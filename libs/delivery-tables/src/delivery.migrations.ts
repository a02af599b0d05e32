import type { Migration } from '#libs/persistence';
import { followedMigration } from './followed.migration.ts';
import { handoverMigration } from './handovers.migration.ts';
import { ledgerMigrations } from './ledger.migrations.ts';
import { listTurnMigration } from './list-turns.migration.ts';
import { missingReceiptMigration } from './missing-receipts.migration.ts';
import { operationJobsMigration } from './operation-jobs.migration.ts';
import { senderRateMigration } from './sender-rates.migration.ts';

/** All tables of a channel's schema, in the order of their names. */
export const deliveryMigrations: readonly Migration[] = [
  ...ledgerMigrations,
  senderRateMigration,
  handoverMigration,
  missingReceiptMigration,
  followedMigration,
  listTurnMigration,
  operationJobsMigration,
].toSorted((a, b) => (a.name < b.name ? -1 : 1));
