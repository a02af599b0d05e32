import type { Migration } from '#libs/persistence';

/** A row per slow sender: up to when its moments are given away. */
export const senderRateMigration: Migration = {
  name: '002-sender-rate',
  sql: `
    CREATE TABLE sender_rate (
      sender text PRIMARY KEY,
      next_at timestamptz NOT NULL
    ) WITH (fillfactor = 50)`,
};
