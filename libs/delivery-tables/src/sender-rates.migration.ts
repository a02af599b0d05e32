import type { Migration } from '#libs/persistence';

/** One row per slow sender: the time up to which its sending slots are reserved. */
export const senderRateMigration: Migration = {
  name: '002-sender-rate',
  sql: `
    CREATE TABLE sender_rate (
      sender text PRIMARY KEY,
      next_at timestamptz NOT NULL
    ) WITH (fillfactor = 50)`,
};
