import type { Migration } from '#libs/persistence';

export const migrations: readonly Migration[] = [
  {
    name: '001-schedule',
    sql: `
      CREATE TABLE schedule (
        id          uuid PRIMARY KEY,
        hop         integer NOT NULL,
        channel     text NOT NULL,
        tenant      text NOT NULL,
        message_id  text NOT NULL,
        lane        text NOT NULL,
        mode        text NOT NULL CHECK (mode IN ('send', 'reconcile')),
        kind        text NOT NULL CHECK (kind IN ('failed', 'unknown', 'waiting')),
        state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'releasing', 'published',
          'cancelled', 'stopped')),
        due_at      timestamptz NOT NULL,
        lease_token uuid,
        lease_until timestamptz,
        bytes       integer NOT NULL,
        -- json, not jsonb: jsonb refuses texts that hold U+0000, and a message must not be lost over that.
        payload     json NOT NULL,
        trace       json NOT NULL,
        created_at  timestamptz NOT NULL DEFAULT now(),
        ended_at    timestamptz
      ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
      CREATE INDEX schedule_pending ON schedule (due_at) WHERE state = 'pending';
      CREATE INDEX schedule_releasing ON schedule (lease_until) WHERE state = 'releasing';
      CREATE INDEX schedule_ended ON schedule (ended_at) WHERE ended_at IS NOT NULL;
      COMMENT ON TABLE schedule
        IS 'The next hop of each message that was not sent yet: when it is due, and what then goes to its channel.';
      COMMENT ON COLUMN schedule.hop IS 'The hop that the due record will carry.';

      CREATE TABLE progress (
        id           uuid PRIMARY KEY,
        hop          integer NOT NULL DEFAULT 0,
        fact         text,
        decision     json,
        proven       boolean NOT NULL DEFAULT false,
        cancelled_at timestamptz,
        updated_at   timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
      CREATE INDEX progress_updated ON progress (updated_at);
      COMMENT ON TABLE progress IS 'How far each deferred message was decided; outlives its plans.';
      COMMENT ON COLUMN progress.hop IS 'High water: facts of this hop and earlier ones are decided.';
      COMMENT ON COLUMN progress.fact
        IS 'Event id of the fact that was decided last; when it comes again, the same is told again.';
    `,
  },
  {
    name: '002-resends',
    sql:
      "CREATE INDEX schedule_resends ON schedule (channel) WHERE state = 'pending' AND mode = 'send' AND kind = " +
      "'unknown'",
  },
  {
    name: '003-taken-back',
    sql: `
      ALTER TABLE progress ADD COLUMN taken_back integer;
      COMMENT ON COLUMN progress.taken_back
        IS 'The last hop that its provider took and gave back: proof of it and of earlier ones counts no more.'`,
  },
  {
    name: '004-answers',
    sql: `
      ALTER TABLE schedule DROP CONSTRAINT schedule_state_check,
        ADD CONSTRAINT schedule_state_check CHECK (state IN ('pending', 'releasing', 'published', 'answered',
          'cancelled', 'stopped')),
        ADD COLUMN again smallint NOT NULL DEFAULT 0;
      -- What was released before answers were noted is not asked for again.
      UPDATE schedule SET state = 'answered' WHERE state = 'published';
      CREATE INDEX schedule_published ON schedule (channel, ended_at) WHERE state = 'published';
      COMMENT ON COLUMN schedule.state
        IS 'published: its channel has it, or will; answered: the channel is done with this hop.';
      COMMENT ON COLUMN schedule.again
        IS 'How often it was released once more, since the channel had read past it and nothing was heard.'`,
  },
  {
    name: '005-field-terms',
    sql: `
      ALTER TABLE progress RENAME COLUMN proven TO accepted;
      ALTER TABLE progress RENAME COLUMN taken_back TO acceptance_revoked;
      UPDATE progress SET decision = replace(replace(decision::text, '"outcome":"buried"',
        '"outcome":"dead-lettered"'), '"outcome":"proven"', '"outcome":"accepted"')::json
       WHERE decision ->> 'outcome' IN ('buried', 'proven')`,
  },
];
