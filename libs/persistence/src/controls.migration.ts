import type { Migration } from './migrations.ts';

/**
 * What operators have paused or cancelled by filter, in the schema of a service that follows it.
 * @param name its place among the migrations
 */
export const controlMigration = (name: string): Migration => ({
  name,
  sql: `
    CREATE TABLE control (
      key        text PRIMARY KEY,
      seq        integer NOT NULL,
      kind       text NOT NULL,
      in_force   boolean NOT NULL,
      until      timestamptz,
      value      jsonb NOT NULL,
      since      timestamptz NOT NULL DEFAULT clock_timestamp(),
      applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      seen_at    timestamptz,
      reported   boolean NOT NULL DEFAULT false,
      counts     jsonb NOT NULL DEFAULT '{}',
      swept_to   uuid
    ) WITH (fillfactor = 50);
    CREATE INDEX control_in_force ON control (kind) WHERE in_force;
    CREATE INDEX control_unreported ON control (key) WHERE NOT reported;
    COMMENT ON TABLE control IS 'The latest state of each key of messaging.control.changed.';
    COMMENT ON COLUMN control.since IS 'When it came into force; a change of its reason or end keeps it.';
    COMMENT ON COLUMN control.seen_at
      IS 'When a later statement saw it: a claim that did not see it began before that. The lease counts from here.';
    COMMENT ON COLUMN control.reported IS 'messaging.operation.changed says that this service is done with it.';
    COMMENT ON COLUMN control.swept_to IS 'A cancellation by filter, in retry: plans up to this id are done with.'`,
});
