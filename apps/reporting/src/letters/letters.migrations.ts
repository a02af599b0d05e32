import type { Migration } from '#libs/persistence';

/** What became of each dead letter, as far as facts say. */
export const letterMigrations: readonly Migration[] = [
  {
    name: '006-letters',
    sql: `
      ALTER TABLE dead_letter
        ADD COLUMN state text NOT NULL DEFAULT 'open',
        ADD COLUMN settled_by text,
        ADD COLUMN operation_id text,
        ADD COLUMN template text,
        ADD COLUMN expires_at timestamptz;
      CREATE INDEX dead_letter_in_state ON dead_letter (state, at DESC, event_id DESC);
      COMMENT ON COLUMN dead_letter.state IS 'open, redriven, discarded or resolved: derived from the facts.';
      COMMENT ON COLUMN dead_letter.settled_by IS 'The operation that redrove or discarded it.';
      COMMENT ON COLUMN dead_letter.operation_id IS 'The redrive after which it was given up again.'`,
  },
];
