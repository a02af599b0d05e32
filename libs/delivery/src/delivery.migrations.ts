import type { Migration } from '#libs/persistence';
import { handoverMigration } from './handover/handovers.store.ts';
import { ledgerMigrations } from './ledger/ledger.migrations.ts';
import { senderRateMigration } from './route/reservations/sender-reservations.store.ts';

/** All tables of a channel's schema, in the order of their names. */
export const deliveryMigrations: readonly Migration[] = [
  ...ledgerMigrations,
  senderRateMigration,
  handoverMigration,
].toSorted((a, b) => (a.name < b.name ? -1 : 1));
