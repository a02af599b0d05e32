import type { Migration } from '#libs/persistence';
import { deliveryMigrations } from '#libs/delivery-tables';
import { conversationMigration } from './conversation/conversations.store.ts';
import { resendPlanMigration, resendPlanNamesMigration } from './conversation/resend-plans.store.ts';
import { prefixUseMigration } from './recipient/prefix-use.store.ts';

/** All tables of the sms service. */
export const smsMigrations: readonly Migration[] = [
  ...deliveryMigrations,
  conversationMigration,
  prefixUseMigration,
  resendPlanMigration,
  resendPlanNamesMigration,
];
