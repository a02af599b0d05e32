import type { Migration } from '#libs/persistence';

/** How far each topic has been applied to this schema (docs/adr/0042). */
export const followedMigration: Migration = {
  name: '012-followed',
  sql: `
    CREATE TABLE followed (
      topic       text NOT NULL,
      partition   integer NOT NULL,
      next_offset bigint NOT NULL,
      PRIMARY KEY (topic, partition)
    ) WITH (fillfactor = 50);
    COMMENT ON TABLE followed
      IS 'How far each topic has been applied here: written before the group commits. Less than the group has '
         'committed: restored from a backup.';
    -- A ledger that is older than this table has applied what its group has committed.
    INSERT INTO followed SELECT '*', 0, 0 WHERE EXISTS (SELECT 1 FROM ledger)`,
};
