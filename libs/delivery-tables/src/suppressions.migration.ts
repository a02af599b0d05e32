import type { Migration } from '#libs/persistence';

/**
 * One row per key of the compacted topic. A lifted suppression stays as a row, so that an older record that arrives
 * late does not restore it. Claims query it by the first column of the key.
 */
export const suppressionMigration: Migration = {
  name: '004-suppression',
  sql: `
    CREATE TABLE suppression (
      recipient uuid NOT NULL,
      place text NOT NULL,
      at timestamptz NOT NULL,
      lifted boolean NOT NULL,
      scope text,
      tenant text,
      reason text,
      mask text,
      provider text,
      source text,
      note text,
      by text,
      PRIMARY KEY (recipient, place)
    );
    CREATE INDEX suppression_newest ON suppression (at DESC, recipient, place)`,
};
