import type { Migration } from '#libs/persistence';

/** Which replica takes over the providers' own lists, when it is due again, and what came of the last time. */
export const listTurnMigration: Migration = {
  name: '013-list-turn',
  sql: `
    CREATE TABLE list_turn (
      singleton    boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      due_at       timestamptz NOT NULL DEFAULT now() + interval '1 minute',
      token        uuid,
      leased_until timestamptz,
      run          integer NOT NULL DEFAULT 0,
      began_at     timestamptz,
      ended_at     timestamptz,
      lists        jsonb NOT NULL DEFAULT '[]',
      failure      text
    );
    INSERT INTO list_turn DEFAULT VALUES`,
};
