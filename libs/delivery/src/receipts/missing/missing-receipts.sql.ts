/** A replica that dies while it asks: others take its messages after this time. */
const LEASE = "interval '1 minute'";

/** Turns that nobody took are given out later, up to so many milliseconds' worth. */
const BURST_MS = 1_000;

/** To know that very many are missing, they need not all be counted. */
const MOST_COUNTED = 1_000;

const atMs = (column: string) => `to_timestamp(${column} / 1000.0)`;

const columns = 'id, hop, looks, answer, open, missing';

/** The statements about the missing receipts of one channel. */
export const missingReceiptSql = (schema: string) => ({
  add: `
    INSERT INTO ${schema}.missing_receipt (id, hop, provider, sent_at, look_at, give_up_at, open, missing)
    SELECT id, hop, provider, sent_at, ${atMs('look_ms')}, ${atMs('give_up_ms')}, open, missing
      FROM json_to_recordset($1) AS r(id uuid, hop smallint, provider text, sent_at timestamptz, look_ms float8,
        give_up_ms float8, open text[], missing json)
     ORDER BY id, hop
    ON CONFLICT (id, hop) DO NOTHING`,

  due: `
    SELECT EXISTS (SELECT 1 FROM ${schema}.missing_receipt) AS any,
           coalesce(array_agg(p) FILTER (WHERE EXISTS (SELECT 1 FROM ${schema}.missing_receipt m
             WHERE m.provider = p AND m.look_at <= clock_timestamp())), '{}') AS due
      FROM unnest($1::text[]) AS p`,

  // Of the time since the last turn only the burst counts, so that nobody asks a thousand times after a quiet hour.
  turns: `
    WITH known AS (
      INSERT INTO ${schema}.provider_receipts (provider) VALUES ($1) ON CONFLICT DO NOTHING
    ), locked AS (
      SELECT greatest(p.next_look_at, clock_timestamp() - interval '${BURST_MS} milliseconds') AS since,
             $2::float8 * interval '1 millisecond' AS step
        FROM ${schema}.provider_receipts p WHERE p.provider = $1 AND p.next_look_at <= clock_timestamp()
         FOR UPDATE SKIP LOCKED
    ), given AS (
      SELECT since, step,
             1 + floor(extract(epoch FROM clock_timestamp() - since) / extract(epoch FROM step))::int AS turns
        FROM locked
    )
    UPDATE ${schema}.provider_receipts p SET next_look_at = g.since + g.turns * g.step FROM given g
     WHERE p.provider = $1
    RETURNING g.turns`,

  rest: `
    UPDATE ${schema}.provider_receipts SET next_look_at = clock_timestamp() + $2::float8 * interval '1 millisecond'
     WHERE provider = $1`,

  // The keys are passed as arrays, so that the plan cannot become a scan of the whole table.
  take: `
    UPDATE ${schema}.missing_receipt SET look_at = clock_timestamp() + ${LEASE}
     WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${schema}.missing_receipt
       WHERE provider = $1 AND look_at <= clock_timestamp() ORDER BY look_at LIMIT $2 FOR UPDATE SKIP LOCKED))
    RETURNING ${columns}`,

  takeOverdue: `
    UPDATE ${schema}.missing_receipt SET give_up_at = clock_timestamp() + ${LEASE}
     WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${schema}.missing_receipt
       WHERE give_up_at <= clock_timestamp() ORDER BY give_up_at LIMIT $1 FOR UPDATE SKIP LOCKED))
    RETURNING ${columns}`,

  keep: `
    UPDATE ${schema}.missing_receipt m
       SET looks = m.looks + r."isAnswered"::int, answer = r.answer, look_at = ${atMs('r."lookAt"')},
           open = ARRAY(SELECT unnest(m.open) INTERSECT SELECT unnest(r.open))
      FROM json_to_recordset($1) AS r(id uuid, hop smallint, "isAnswered" boolean, answer text,
        open text[], "lookAt" float8)
     WHERE m.id = r.id AND m.hop = r.hop`,

  remove: `
    DELETE FROM ${schema}.missing_receipt m USING unnest($1::uuid[], $2::int[]) AS r(id, hop)
     WHERE m.id = r.id AND m.hop = r.hop`,

  endOne: `
    WITH ended AS (
      SELECT id, hop, array_agg(recipient) AS recipients
        FROM json_to_recordset($1) AS r(id uuid, hop smallint, recipient text) GROUP BY id, hop
    ), left_over AS (
      UPDATE ${schema}.missing_receipt m SET open = ARRAY(SELECT unnest(m.open) EXCEPT SELECT unnest(e.recipients))
        FROM ended e WHERE m.id = e.id AND m.hop = e.hop AND NOT m.open <@ e.recipients
    )
    DELETE FROM ${schema}.missing_receipt m USING ended e WHERE m.id = e.id AND m.hop = e.hop
       AND m.open <@ e.recipients`,

  note: `
    WITH noted AS (
      INSERT INTO ${schema}.provider_receipts AS p (provider, seen_at, missed)
      SELECT provider, CASE WHEN seen THEN clock_timestamp() END, CASE WHEN seen THEN 0 ELSE missed END
        FROM (SELECT provider, bool_or(seen) AS seen, sum(missed)::int AS missed FROM (
          SELECT provider, true AS seen, 0 AS missed FROM unnest($1::text[]) AS provider UNION ALL
          SELECT provider, false, missed FROM unnest($2::text[], $3::int[]) AS t(provider, missed)) a
          GROUP BY provider ORDER BY provider) news
      ON CONFLICT (provider) DO UPDATE SET
        seen_at = coalesce(excluded.seen_at, p.seen_at),
        missed = CASE WHEN excluded.seen_at IS NULL THEN p.missed + excluded.missed ELSE 0 END
      RETURNING provider, seen_at, missed
    )
    SELECT p.provider, p.seen_at AS "seenAt", p.missed + (SELECT count(*) FROM (
      SELECT 1 FROM ${schema}.missing_receipt m
       WHERE m.provider = p.provider AND m.sent_at > coalesce(p.seen_at, '-infinity') LIMIT ${MOST_COUNTED}) w)::int
         AS missed
      FROM (SELECT provider, seen_at, missed FROM noted UNION ALL
            SELECT provider, seen_at, missed FROM ${schema}.provider_receipts o
             WHERE NOT EXISTS (SELECT 1 FROM noted n WHERE n.provider = o.provider)) p`,
});
