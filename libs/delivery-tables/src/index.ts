/** The tables of a channel's schema. Without decorators, so that tools can load it without Nest. */
export { deliveryMigrations } from './delivery.migrations.ts';
export { ledgerMigrations } from './ledger.migrations.ts';
export { ledgerSettings } from './ledger.settings.ts';
export { senderRateMigration } from './sender-rates.migration.ts';
