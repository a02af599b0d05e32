import type { Migration } from '#libs/persistence';

/** One row: what retry has said last of what it has parked. */
export const backlogMigration: Migration = {
  name: '011-backlog',
  sql: `
    CREATE TABLE backlog (
      singleton  boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      parked     bigint NOT NULL,
      full_since timestamptz,
      full_until timestamptz NOT NULL
    );
    COMMENT ON TABLE backlog
      IS 'What retry has parked, as messaging.parked.changed says; by the clock of this database.';
    COMMENT ON COLUMN backlog.full_until IS 'Until then bulk requests stay in Kafka, unless it is said again.'`,
};
