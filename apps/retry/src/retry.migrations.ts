import { controlMigration, type Migration, operationJobsSql } from '#libs/persistence';

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
        IS 'Event id of the fact that was decided last; when it comes again, the same is published again.';
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
  {
    name: '006-parked',
    sql: `
      ALTER TABLE schedule ADD COLUMN waits_for uuid, ADD COLUMN not_before timestamptz;
      COMMENT ON COLUMN schedule.waits_for
        IS 'Parked: the id of the condition that must be open. Null: it goes at due_at.';
      COMMENT ON COLUMN schedule.not_before IS 'Parked: it rests until then, however open its condition is.';
      COMMENT ON COLUMN schedule.due_at IS 'When it goes; parked: at the latest.';
      DROP INDEX schedule_pending, schedule_resends;
      -- What is parked, or waits for evidence, does not stand in the way of what is due.
      CREATE INDEX schedule_due ON schedule (lane, due_at)
        WHERE state = 'pending' AND waits_for IS NULL AND (mode <> 'send' OR kind <> 'unknown');
      CREATE INDEX schedule_resends ON schedule (channel, due_at)
        WHERE state = 'pending' AND mode = 'send' AND kind = 'unknown';
      CREATE INDEX schedule_parked ON schedule (waits_for, lane, not_before)
        WHERE state = 'pending' AND waits_for IS NOT NULL;
      CREATE INDEX schedule_parked_longest ON schedule (due_at) WHERE state = 'pending' AND waits_for IS NOT NULL;

      CREATE TABLE condition (
        id        uuid PRIMARY KEY,
        key       text NOT NULL,
        used_at   timestamptz NOT NULL DEFAULT now(),
        rate      double precision NOT NULL,
        since     timestamptz NOT NULL DEFAULT now(),
        moved_at  timestamptz NOT NULL DEFAULT now(),
        credit    double precision NOT NULL DEFAULT 0,
        moved     integer NOT NULL DEFAULT 0,
        came_back integer NOT NULL DEFAULT 0
      ) WITH (fillfactor = 50);
      COMMENT ON TABLE condition
        IS 'What parked messages wait for, and how fast they are brought forward while it is open.';
      COMMENT ON COLUMN condition.id IS 'MD5 of the key.';
      COMMENT ON COLUMN condition.used_at IS 'When something was parked under it last, to some minutes.';

      CREATE TABLE came_back (
        condition uuid NOT NULL,
        messages  integer NOT NULL,
        at        timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX came_back_condition ON came_back (condition);
      COMMENT ON TABLE came_back
        IS 'Messages that were parked under a condition once more, until the next round counts them.';

      CREATE TABLE hold (
        key     text PRIMARY KEY,
        hold_id text NOT NULL,
        seq     bigint NOT NULL,
        held_at timestamptz NOT NULL,
        until   timestamptz NOT NULL
      );
      COMMENT ON TABLE hold
        IS 'Providers that are left alone, as messaging.provider.changed says; by the clock of this database.';
      COMMENT ON COLUMN hold.until IS 'Lifted: when that was.';

      CREATE TABLE followed (
        topic       text NOT NULL,
        partition   integer NOT NULL,
        next_offset bigint NOT NULL,
        PRIMARY KEY (topic, partition)
      );
      COMMENT ON TABLE followed
        IS 'How far the topics have been read that tables here follow: written in the transaction of what was read.'`,
  },
  {
    name: '007-followed-by-all',
    sql: `
      ALTER TABLE followed SET (fillfactor = 50);
      COMMENT ON TABLE followed
        IS 'How far each topic has been applied here: written before the group commits. Less than the group has '
           'committed: restored from a backup.';
      -- A schedule that is older than this use of the table has applied what its group has committed.
      INSERT INTO followed SELECT '*', 0, 0 WHERE EXISTS (SELECT 1 FROM progress)`,
  },
  {
    name: '010-parked-limit',
    sql: `
      CREATE TABLE parked_limit (
        singleton  boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        is_full    boolean NOT NULL DEFAULT false,
        counted_at timestamptz NOT NULL DEFAULT to_timestamp(0)
      );
      INSERT INTO parked_limit DEFAULT VALUES;
      COMMENT ON TABLE parked_limit
        IS 'One row: whether too much is parked. Full from PARKED_MAX on, until half of it is left.'`,
  },
  {
    name: '011-in-order',
    sql: `
      ALTER TABLE schedule ADD COLUMN position bigint, ADD COLUMN requested_at timestamptz;
      COMMENT ON COLUMN schedule.position
        IS 'Set: it goes with others of its key in the order in which they came, by requested_at and this.';
      DROP INDEX schedule_due;
      CREATE INDEX schedule_due ON schedule (lane, due_at)
        WHERE state = 'pending' AND waits_for IS NULL AND position IS NULL AND (mode <> 'send' OR kind <> 'unknown');
      CREATE INDEX schedule_in_order ON schedule (due_at, requested_at, position)
        WHERE state IN ('pending', 'releasing') AND position IS NOT NULL`,
  },
  { name: '012-operation-jobs', sql: operationJobsSql },
  {
    name: '013-letters',
    sql: `
      CREATE TABLE letter (
        id           uuid NOT NULL,
        hop          integer NOT NULL,
        state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'redriven', 'discarded', 'resolved')),
        channel      text NOT NULL,
        tenant       text NOT NULL,
        message_id   text NOT NULL,
        lane         text NOT NULL,
        reason       text NOT NULL,
        code         text NOT NULL,
        provider     text,
        template     text,
        unconfirmed     boolean NOT NULL,
        expires_at   timestamptz NOT NULL,
        operation_id text,
        settled_by   text,
        redriven_hop integer,
        payload      json,
        trace        json NOT NULL,
        created_at   timestamptz NOT NULL DEFAULT now(),
        ended_at     timestamptz,
        reported_at      timestamptz,
        PRIMARY KEY (id, hop)
      ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
      CREATE INDEX letter_open ON letter (created_at, id) WHERE state = 'open';
      CREATE INDEX letter_unreported ON letter (ended_at) WHERE settled_by IS NOT NULL AND reported_at IS NULL;
      CREATE INDEX letter_settled_by ON letter (settled_by) WHERE settled_by IS NOT NULL;
      CREATE INDEX letter_of_operation ON letter (operation_id) WHERE operation_id IS NOT NULL;
      CREATE INDEX letter_created ON letter (created_at);
      COMMENT ON TABLE letter IS 'Messages that were given up: written in the transaction of that decision.';
      COMMENT ON COLUMN letter.hop IS 'The last hop that it had.';
      COMMENT ON COLUMN letter.unconfirmed IS 'The answer to a call was lost: it may have arrived.';
      COMMENT ON COLUMN letter.operation_id IS 'The redrive after which it was given up again.';
      COMMENT ON COLUMN letter.settled_by IS 'The operation that redrove or discarded it.';
      COMMENT ON COLUMN letter.redriven_hop IS 'The hop of its redrive; what is planned then takes the next.';
      COMMENT ON COLUMN letter.payload IS 'The letter, with the request; null once its end is reported.';
      COMMENT ON COLUMN letter.reported_at IS 'When the fact that it was redriven or discarded was published.'`,
  },
  controlMigration('014-control'),
  {
    name: '015-paused',
    sql: `
      -- What is paused is let go in the order in which it was asked for.
      CREATE INDEX schedule_parked_order ON schedule (waits_for, lane, requested_at, position)
        WHERE state = 'pending' AND waits_for IS NOT NULL;
      DROP INDEX schedule_in_order;
      CREATE INDEX schedule_in_order ON schedule (due_at, requested_at, position)
        WHERE state IN ('pending', 'releasing') AND waits_for IS NULL AND position IS NOT NULL;
      ALTER TABLE schedule ADD COLUMN cancelled_by text;
      COMMENT ON COLUMN schedule.cancelled_by IS 'The key of the operator’s rule that has cancelled it.';
      CREATE INDEX schedule_cancelled_by ON schedule (cancelled_by) WHERE cancelled_by IS NOT NULL`,
  },
  {
    name: '016-released-again',
    sql: "CREATE INDEX schedule_again ON schedule (again) WHERE state = 'published' AND again > 0",
  },
];
