import type { Migration } from '#libs/persistence';

export const handoverMigration: Migration = {
  name: '006-handover',
  sql: `
    CREATE TABLE handover (
      id       uuid NOT NULL,
      hop      smallint NOT NULL,
      kept_at  timestamptz NOT NULL,
      again    smallint NOT NULL DEFAULT 0,
      -- json, not jsonb: jsonb refuses texts that hold U+0000, and a message must not be lost over that.
      deferred json NOT NULL,
      trace    json NOT NULL,
      PRIMARY KEY (id, hop)
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
    CREATE INDEX handover_kept_at ON handover (kept_at);
    COMMENT ON TABLE handover
      IS 'Messages handed over to retry that it has not decided on yet, as a rule for less than a second. '
         'Holds addresses and content.';
    COMMENT ON COLUMN handover.again
      IS 'How often it was published once more, since retry had read past it and said nothing.'`,
};
