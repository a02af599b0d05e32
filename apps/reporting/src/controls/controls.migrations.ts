import type { Migration } from '#libs/persistence';

/** The latest state of each control, published from here until Kafka has it. */
export const controlMigrations: readonly Migration[] = [
  {
    name: '007-control',
    sql: `
      CREATE TABLE control (
        key        text PRIMARY KEY,
        kind       text NOT NULL,
        seq        integer NOT NULL,
        in_force   boolean NOT NULL,
        until      timestamptz,
        value      jsonb NOT NULL,
        tenants    text[],
        changed_at timestamptz NOT NULL,
        published  integer NOT NULL DEFAULT 0
      );
      CREATE INDEX control_unpublished ON control (changed_at) WHERE published < seq;
      CREATE INDEX control_newest ON control (changed_at DESC, key DESC);
      COMMENT ON COLUMN control.seq IS 'Raised with each change; also beyond what the topic has, after a restore.';
      COMMENT ON COLUMN control.tenants IS 'Whose messages it is about; null: everybody’s.';
      COMMENT ON COLUMN control.published IS 'The seq that Kafka has.'`,
  },
];
