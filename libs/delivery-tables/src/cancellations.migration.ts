import type { Migration } from '#libs/persistence';

/** Messages that upstream cancelled. A claim reads it. A row is kept for the ledger's retention at most. */
export const cancellationMigration: Migration = {
  name: '005-cancellation',
  sql: `
    CREATE TABLE cancellation (
      id         uuid PRIMARY KEY,
      tenant     text NOT NULL,
      message_id text NOT NULL,
      asked_at   timestamptz NOT NULL DEFAULT now(),
      looks      integer NOT NULL DEFAULT 0,
      look_at    timestamptz DEFAULT now()
    );
    CREATE INDEX cancellation_open ON cancellation (look_at) WHERE look_at IS NOT NULL;
    CREATE INDEX cancellation_asked ON cancellation (asked_at);
    COMMENT ON COLUMN cancellation.look_at IS 'When it is found out next what came of it; null once that is reported.'`,
};
