/**
 * The table of a service's jobs of operators, for its migrations: it is made in the service's own schema. Rows are kept
 * longer than their topic, so that an old record starts no job again.
 */
export const operationJobsSql = `
  CREATE TABLE operation_job (
    operation_id text PRIMARY KEY,
    request      json NOT NULL,
    state        text NOT NULL CHECK (state IN ('accepted', 'running', 'done', 'stopped', 'failed')),
    cursor       json,
    counts       json NOT NULL DEFAULT '{}',
    reason       text,
    seq          integer NOT NULL DEFAULT 1,
    reported_seq     integer NOT NULL DEFAULT 0,
    lease_token  uuid,
    lease_until  timestamptz,
    rest_until   timestamptz NOT NULL DEFAULT now(),
    created_at   timestamptz NOT NULL DEFAULT now(),
    changed_at   timestamptz NOT NULL DEFAULT now(),
    ended_at     timestamptz
  ) WITH (fillfactor = 50);
  CREATE INDEX operation_job_open ON operation_job (rest_until) WHERE ended_at IS NULL;
  CREATE INDEX operation_job_unreported ON operation_job (changed_at) WHERE reported_seq < seq;
  CREATE INDEX operation_job_ended ON operation_job (ended_at) WHERE ended_at IS NOT NULL;
  COMMENT ON TABLE operation_job
    IS 'Jobs of operators: how far each is. A portion of the work and its count here are one transaction.';
  COMMENT ON COLUMN operation_job.created_at IS 'It acts on what was there by then.';
  COMMENT ON COLUMN operation_job.seq
    IS 'Raised by each change; reported_seq: the last one that messaging.operation.changed has.'`;
