import type { Migration } from '#libs/persistence';

/**
 * Facts and messages by periods, the tables that count them (faces.ts), and how far they are rebuilt (docs/adr/0048).
 * Counts are updated all the time, and none of what their rows are found by: space beside them keeps that cheap.
 */
export const countsMigration: Migration = {
  name: '010-counts',
  sql: `
    SET LOCAL statement_timeout = 0;

    CREATE TABLE period (
      period date PRIMARY KEY,
      opened_at timestamptz NOT NULL DEFAULT now(),
      closed_at timestamptz
    );
    CREATE UNIQUE INDEX period_open ON period ((true)) WHERE closed_at IS NULL;
    COMMENT ON TABLE period IS 'A message belongs to the period that was open when its row was made, with its facts.';

    ALTER TABLE message RENAME TO message_before;
    ALTER TABLE event RENAME TO event_before;
    ALTER TABLE recipient RENAME TO recipient_before;

    CREATE TABLE message (
      LIKE message_before INCLUDING DEFAULTS,
      period date NOT NULL,
      cell text,
      counted_hour timestamptz,
      PRIMARY KEY (id, period)
    ) PARTITION BY LIST (period);
    COMMENT ON COLUMN message.cell IS 'The very cell it is counted in; null: it is not counted yet.';

    CREATE TABLE event (
      event_id uuid NOT NULL,
      id uuid NOT NULL,
      at timestamptz NOT NULL,
      hop integer,
      fact jsonb NOT NULL,
      period date NOT NULL,
      PRIMARY KEY (event_id, period)
    ) PARTITION BY LIST (period);

    CREATE TABLE recipient (
      hash text NOT NULL,
      id uuid NOT NULL,
      period date NOT NULL,
      PRIMARY KEY (hash, id, period)
    ) PARTITION BY LIST (period);

    CREATE FUNCTION make_period(starting date) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      suffix text := to_char(starting, 'YYYYMMDD');
    BEGIN
      EXECUTE format('CREATE TABLE reporting.message_%s PARTITION OF reporting.message FOR VALUES IN (%L)
                      WITH (fillfactor = 70)', suffix, starting);
      EXECUTE format('CREATE TABLE reporting.event_%s PARTITION OF reporting.event FOR VALUES IN (%L)',
                     suffix, starting);
      EXECUTE format('CREATE TABLE reporting.recipient_%s PARTITION OF reporting.recipient FOR VALUES IN (%L)',
                     suffix, starting);
      INSERT INTO reporting.period (period) VALUES (starting);
    END $$;
    SELECT make_period((now() AT TIME ZONE 'UTC')::date);

    INSERT INTO message SELECT m.*, p.period FROM message_before m, period p;
    INSERT INTO event
    SELECT e.event_id, e.id, e.at, e.hop, e.fact, m.period FROM event_before e JOIN message m USING (id);
    INSERT INTO recipient SELECT r.hash, r.id, m.period FROM recipient_before r JOIN message m USING (id);

    ALTER TABLE orphan
      ADD COLUMN id uuid,
      ADD COLUMN look_at timestamptz,
      ALTER COLUMN provider DROP NOT NULL,
      ALTER COLUMN provider_message_id DROP NOT NULL;
    INSERT INTO orphan (event_id, id, fact)
    SELECT e.event_id, e.id, e.fact FROM event_before e
     WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = e.id) ON CONFLICT DO NOTHING;
    CREATE INDEX orphan_of_message ON orphan (id) WHERE id IS NOT NULL;
    CREATE INDEX orphan_by_age ON orphan (came_at);
    CREATE INDEX orphan_to_look_at ON orphan (look_at) WHERE look_at IS NOT NULL;
    COMMENT ON COLUMN orphan.id IS 'Its message, where the fact names it; else provider and provider_message_id do.';
    COMMENT ON COLUMN orphan.look_at IS 'When it is looked at whether its message has come meanwhile.';

    DROP TABLE message_before, event_before, recipient_before;
    CREATE INDEX message_newest ON message (requested_at DESC, id DESC) INCLUDE (tenant, channel, status);
    CREATE INDEX message_of_tenant ON message (tenant, channel, requested_at DESC, id DESC);
    CREATE INDEX message_in_status ON message (status, requested_at DESC, id DESC);
    CREATE INDEX message_without_receipt ON message (status_at)
     WHERE status IN ('sent', 'delayed') AND NOT final AND NOT receipt_asked;
    CREATE INDEX message_counted ON message USING brin (counted_hour) WITH (pages_per_range = 32);
    CREATE INDEX event_of_message ON event (id);

    ALTER TABLE provider_reference ADD COLUMN made_at date NOT NULL DEFAULT current_date;
    CREATE INDEX provider_reference_by_age ON provider_reference (made_at);

    CREATE TABLE message_hour (
      hour timestamptz NOT NULL,
      tenant text NOT NULL,
      channel text NOT NULL,
      lane text NOT NULL,
      provider text NOT NULL,
      category text NOT NULL,
      status text NOT NULL,
      kind text NOT NULL,
      took smallint NOT NULL,
      messages bigint NOT NULL,
      PRIMARY KEY (hour, tenant, channel, lane, provider, category, status, kind, took)
    ) WITH (fillfactor = 70);
    CREATE TABLE message_day (
      day date NOT NULL,
      tenant text NOT NULL,
      channel text NOT NULL,
      lane text NOT NULL,
      provider text NOT NULL,
      status text NOT NULL,
      kind text NOT NULL,
      messages bigint NOT NULL,
      PRIMARY KEY (day, tenant, channel, lane, provider, status, kind)
    ) WITH (fillfactor = 70);
    CREATE TABLE took_day (
      day date NOT NULL,
      tenant text NOT NULL,
      channel text NOT NULL,
      lane text NOT NULL,
      provider text NOT NULL,
      took smallint NOT NULL,
      messages bigint NOT NULL,
      PRIMARY KEY (day, tenant, channel, lane, provider, took)
    ) WITH (fillfactor = 70);
    CREATE TABLE country_day (
      day date NOT NULL,
      tenant text NOT NULL,
      channel text NOT NULL,
      provider text NOT NULL,
      country text NOT NULL,
      status text NOT NULL,
      unit text NOT NULL,
      messages bigint NOT NULL,
      units bigint NOT NULL,
      PRIMARY KEY (day, tenant, channel, provider, country, status, unit)
    ) WITH (fillfactor = 70);
    CREATE TABLE value_day (
      day date NOT NULL,
      tenant text NOT NULL,
      channel text NOT NULL,
      dimension text NOT NULL,
      value text NOT NULL,
      status text NOT NULL,
      messages bigint NOT NULL,
      PRIMARY KEY (day, tenant, channel, dimension, value, status)
    ) WITH (fillfactor = 70);
    CREATE TABLE engagement_day (
      day date NOT NULL,
      tenant text NOT NULL,
      channel text NOT NULL,
      provider text NOT NULL,
      template text NOT NULL,
      engagement text NOT NULL,
      messages bigint NOT NULL,
      facts bigint NOT NULL,
      PRIMARY KEY (day, tenant, channel, provider, template, engagement)
    ) WITH (fillfactor = 70);
    CREATE TABLE link_day (
      day date NOT NULL,
      tenant text NOT NULL,
      channel text NOT NULL,
      template text NOT NULL,
      link text NOT NULL,
      messages bigint NOT NULL,
      clicks bigint NOT NULL,
      PRIMARY KEY (day, tenant, channel, template, link)
    ) WITH (fillfactor = 70);

    CREATE TABLE attempt_hour (
      hour timestamptz NOT NULL,
      tenant text NOT NULL,
      channel text NOT NULL,
      provider text NOT NULL,
      outcome text NOT NULL,
      kind text NOT NULL,
      attempts bigint NOT NULL,
      PRIMARY KEY (hour, tenant, channel, provider, outcome, kind)
    ) WITH (fillfactor = 70);

    CREATE TABLE late_day (
      day date NOT NULL,
      source text NOT NULL,
      status text NOT NULL,
      facts bigint NOT NULL,
      PRIMARY KEY (day, source, status)
    );
    COMMENT ON TABLE late_day IS 'Facts whose message never came, by the day on which that was given up.';

    CREATE TABLE counted_value (
      day date NOT NULL,
      tenant text NOT NULL,
      dimension text NOT NULL,
      value text NOT NULL,
      PRIMARY KEY (day, tenant, dimension, value)
    );
    COMMENT ON TABLE counted_value IS 'The values that are counted apart; all others count as other.';

    CREATE TABLE gone_day (day date PRIMARY KEY);
    COMMENT ON TABLE gone_day IS 'Days of which messages were deleted: their counts are final, and never made anew.';

    CREATE TABLE recount (
      night date PRIMARY KEY,
      day date NOT NULL,
      different integer NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      repaired_at timestamptz
    );
    COMMENT ON COLUMN recount.different IS 'Rows that are not what the messages say.';

    CREATE TABLE rebuild (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      asked_by text NOT NULL,
      asked_at timestamptz NOT NULL DEFAULT now(),
      stage text NOT NULL DEFAULT 'folding',
      period date,
      after_id uuid,
      folded bigint NOT NULL DEFAULT 0,
      days date[],
      recounted integer NOT NULL DEFAULT 0,
      ended_at timestamptz
    );
    CREATE UNIQUE INDEX rebuild_running ON rebuild ((true)) WHERE ended_at IS NULL;
    COMMENT ON COLUMN rebuild.days IS 'Those that are still to be counted anew.';
    INSERT INTO rebuild (asked_by) SELECT 'migration' WHERE EXISTS (SELECT 1 FROM message)`,
};
