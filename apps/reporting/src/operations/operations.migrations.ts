import type { Migration } from '#libs/persistence';

/** What operators have asked for, and how far each service is with it. */
export const operationMigrations: readonly Migration[] = [
  {
    name: '005-operations',
    sql: `
      CREATE TABLE operation (
        id                text PRIMARY KEY,
        kind              text NOT NULL,
        services          text[] NOT NULL,
        tenants           text[],
        at_most           integer,
        work              jsonb NOT NULL,
        digest            uuid NOT NULL,
        reason            text,
        carrier           text NOT NULL CHECK (carrier IN ('job', 'cancel', 'control')),
        asked_by          text NOT NULL,
        asked_at          timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
        published_at      timestamptz,
        stop_by           text,
        stop_at           timestamptz,
        stop_published_at timestamptz
      );
      CREATE INDEX operation_newest ON operation (asked_at DESC, id DESC);
      CREATE INDEX operation_unpublished ON operation (asked_at)
        WHERE carrier <> 'control' AND (published_at IS NULL OR (stop_at IS NOT NULL AND stop_published_at IS NULL));
      COMMENT ON TABLE operation IS 'What operators have asked for. A job is published from here until Kafka has it.';
      COMMENT ON COLUMN operation.id IS 'Named by the caller (Idempotency-Key), or made here.';
      COMMENT ON COLUMN operation.tenants IS 'Whose messages it may touch; null: everybody''s.';
      COMMENT ON COLUMN operation.digest IS 'Of what the caller sent: the same id with other content is refused.';
      COMMENT ON COLUMN operation.carrier
        IS 'job: operation.requested; cancel: cancel.requested; control: a topic of its own, written elsewhere.';

      CREATE TABLE operation_word (
        operation_id text NOT NULL,
        service      text NOT NULL,
        seq          integer NOT NULL,
        state        text NOT NULL,
        counts       jsonb NOT NULL,
        reason       text,
        at           timestamptz NOT NULL,
        PRIMARY KEY (operation_id, service)
      );
      COMMENT ON TABLE operation_word IS 'The last word of each service about each operation.'`,
  },
];
