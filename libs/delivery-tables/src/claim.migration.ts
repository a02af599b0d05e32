import type { Migration } from '#libs/persistence';

/**
 * How far a claim must be from the border of a period to belong to the current period only. Longer than any statement
 * may take (DATABASE_STATEMENT_TIMEOUT_MS), so that two claims never share the lock from different sides of a border.
 */
const BORDER = "interval '5 minutes'";

/** What distinguishes two calls where a provider's list is the only trace of them (docs/adr/0004). */
export const claimColumnsMigration: Migration = {
  name: '003-claim-hops',
  sql: `
    ALTER TABLE ledger ADD COLUMN party uuid, ADD COLUMN wording uuid, ADD COLUMN proof text;
    CREATE INDEX ledger_party ON ledger (party, claimed_at) WHERE party IS NOT NULL`,
};

/**
 * Claims a batch of hops: reads each message's other hops (an accepted one supersedes) and periods (an older copy
 * wins), inserts, and turns a claim of the same record whose lease has expired into `unknown`. Uniqueness is enforced
 * within a period only. Two copies in different periods are found by reading the other periods, which requires that the
 * other claim is committed: a batch with any hop outside the current period takes the lock exclusively, all others take
 * it shared (docs/adr/0002). Lock and claim are two statements of one call: the second has a snapshot of its own, taken
 * while the lock is held, and the lock ends with the transaction, which is this call.
 */
export const claimMigration: Migration = {
  name: '007-field-terms',
  sql: `
    ALTER TABLE ledger RENAME COLUMN proven TO accepted;
    ALTER TABLE ledger RENAME COLUMN party TO participants;
    ALTER TABLE ledger RENAME COLUMN wording TO content_hash;
    ALTER TABLE ledger RENAME COLUMN proof TO evidence;
    ALTER INDEX ledger_party RENAME TO ledger_participants;
    UPDATE ledger SET state = 'acceptance-revoked' WHERE state = 'taken-back';
    UPDATE ledger SET outcome = jsonb_set(outcome, '{failure}',
      (outcome -> 'failure') - 'action' || jsonb_build_object('remedy', outcome #> '{failure,action}'))
     WHERE outcome #> '{failure,action}' IS NOT NULL;
    ALTER TABLE suppression RENAME COLUMN place TO scope_key;

    -- Before the words of the field were kept throughout, it was created with 003-claim-hops.
    DROP FUNCTION IF EXISTS claim_hops(uuid[], int[], date[], uuid[], text[], uuid[], int[], uuid[], uuid[], int, int);
    CREATE FUNCTION claim_hops(
      ids uuid[], hops int[], days date[], tokens uuid[], sources text[], digests uuid[], attempts int[],
      all_participants uuid[], content_hashes uuid[], lease_ms int, period_days int
    ) RETURNS TABLE (
      ord bigint, elsewhere boolean, accepted_by smallint, first_digest uuid, token uuid, call_id uuid, state text,
        source text,
      attempt smallint, lease_left_ms float8, settled_at timestamptz, outcome jsonb
    ) LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $claim$
    #variable_conflict use_column
    DECLARE
      lock_key CONSTANT bigint := hashtextextended('claims:' || current_schema(), 0);
    BEGIN
      IF (SELECT bool_and(clock_timestamp() >= start + ${BORDER}
        AND clock_timestamp() < start + period_days * interval '24 hours' - ${BORDER})
            FROM (SELECT DISTINCT day::timestamp AT TIME ZONE 'UTC' AS start FROM unnest(days) AS d(day)) s) THEN
        PERFORM pg_advisory_xact_lock_shared(lock_key);
      ELSE
        PERFORM pg_advisory_xact_lock(lock_key);
      END IF;
      RETURN QUERY
      WITH input AS (
        SELECT * FROM unnest(ids, hops, days, tokens, sources, digests, attempts, all_participants, content_hashes)
          WITH ORDINALITY AS t(id, hop, day, token, source, digest, attempt, participants, content_hash, ord)
      ), prior AS (
        SELECT i.ord,
               min(l.hop) FILTER (WHERE l.hop < i.hop AND (l.state = 'sent' OR l.accepted)) AS accepted_by,
               bool_or(l.hop = i.hop AND l.day <> i.day) AS elsewhere,
               (array_agg(l.digest) FILTER (WHERE l.hop = 1))[1] AS first_digest
          FROM input i JOIN ledger l ON l.id = i.id AND l.hop <= i.hop
         GROUP BY i.ord
      ), claimed AS (
        INSERT INTO ledger AS l (id, hop, day, token, call_id, state, source, digest, attempt, lease_until,
          claimed_at, settled_at, participants, content_hash)
        SELECT i.id, i.hop, i.day, i.token, i.token, CASE WHEN p.accepted_by IS NULL THEN 'claimed'
          ELSE 'superseded' END,
               i.source, i.digest, i.attempt, clock_timestamp() + lease_ms * interval '1 millisecond',
                 clock_timestamp(),
               CASE WHEN p.accepted_by IS NOT NULL THEN clock_timestamp() END, i.participants, i.content_hash
          FROM input i LEFT JOIN prior p USING (ord)
         WHERE p.elsewhere IS NOT TRUE
         ORDER BY i.id, i.hop
        ON CONFLICT (id, hop, day) DO UPDATE SET
          (state, token, settled_at) = (SELECT
            CASE WHEN over THEN 'unknown' ELSE l.state END,
            CASE WHEN over THEN excluded.token ELSE l.token END,
            CASE WHEN over THEN clock_timestamp() ELSE l.settled_at END
            FROM (SELECT l.state = 'claimed' AND l.source = excluded.source AND l.lease_until < clock_timestamp()
              AND l.token <> excluded.token AS over))
        RETURNING id, hop, token, call_id, state, source, digest, attempt, settled_at, outcome,
                  extract(epoch FROM lease_until - clock_timestamp()) * 1000 AS left_ms
      )
      SELECT i.ord, p.elsewhere, p.accepted_by, coalesce(p.first_digest, CASE WHEN c.hop = 1 THEN c.digest END),
             c.token, c.call_id, c.state, c.source, c.attempt, c.left_ms::float8, c.settled_at, c.outcome
        FROM input i LEFT JOIN prior p USING (ord) LEFT JOIN claimed c ON c.id = i.id AND c.hop = i.hop;
    END
    $claim$`,
};

/**
 * The plan is made once for each connection. PostgreSQL would make one for every call, since it takes that for cheaper:
 * 1.3 ms of its processor time for a claim alone, and a quarter of that of a batch. Whatever the number of hops, each
 * is to be looked up by the index; a plan that was made while the table was empty would read all of it.
 */
export const claimPlanMigration: Migration = {
  name: '014-claim-plan',
  sql: `
    ALTER FUNCTION claim_hops(uuid[], int[], date[], uuid[], text[], uuid[], int[], uuid[], uuid[], int, int)
      SET plan_cache_mode = force_generic_plan;
    ALTER FUNCTION claim_hops(uuid[], int[], date[], uuid[], text[], uuid[], int[], uuid[], uuid[], int, int)
      SET enable_seqscan = off`,
};
