/** The tables of a channel's schema. Free of decorators: tools load it as it is, without Nest. */
export { deliveryMigrations } from './delivery.migrations.ts';
export { ledgerMigrations } from './ledger.migrations.ts';
export { ledgerSettings } from './ledger.settings.ts';
export { senderRateMigration } from './sender-rates.migration.ts';
