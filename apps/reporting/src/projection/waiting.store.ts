import type { PoolClient } from '#libs/persistence';
import type { KeptFact } from './fact.ts';
import type { KnownFact } from './join.policy.ts';

/** A fact whose message is not known. Without an id it is found by the provider's id. */
export interface WaitingFact {
  id?: string;
  fact: KeptFact;
}

/**
 * How long until it is looked at whether the message has come: it may have been made by a transaction that was under
 * way at the same moment. Each look takes ten times as long as the one before, and after the last one it only ages.
 */
const FIRST_LOOK_MS = 2_000;
const LAST_LOOK = "interval '1 hour'";

export async function keepWaiting(client: PoolClient, waiting: readonly WaitingFact[]): Promise<void> {
  if (waiting.length === 0) return;
  await client.query(
    `INSERT INTO reporting.orphan (event_id, id, provider, provider_message_id, look_at, fact)
     SELECT (fact->>'eventId')::uuid, id, fact->>'provider', fact->>'providerMessageId',
            CASE WHEN id IS NOT NULL THEN now() + $3::float8 * interval '1 millisecond' END, fact
       FROM unnest($1::uuid[], $2::jsonb[]) AS r(id, fact)
      ORDER BY 1
     ON CONFLICT (event_id) DO NOTHING`,
    [waiting.map(({ id = null }) => id), waiting.map(({ fact }) => JSON.stringify(fact)), FIRST_LOOK_MS],
  );
}

/** Takes what waits for these messages, which the transaction has locked. */
export async function takeWaiting(client: PoolClient, ids: readonly string[]): Promise<KnownFact[]> {
  if (ids.length === 0) return [];
  const { rows } = await client.query<{ id: string; fact: KeptFact }>(
    'DELETE FROM reporting.orphan WHERE id = ANY($1::uuid[]) RETURNING id, fact',
    [ids],
  );
  return rows.map(({ id, fact }) => ({ of: undefined, id, fact }));
}

export async function release(client: PoolClient, joined: readonly KnownFact[]): Promise<void> {
  await client.query('DELETE FROM reporting.orphan WHERE event_id = ANY($1::uuid[])', [
    joined.map(({ fact }) => fact.eventId),
  ]);
}

/** The messages of waiting facts that are there now; the others are looked at later again. */
export async function messagesThatCame(client: PoolClient, most: number): Promise<{ ids: string[]; looked: number }> {
  const { rows } = await client.query<{ id: string; here: boolean }>(
    `WITH due AS (
       SELECT event_id FROM reporting.orphan WHERE look_at <= now() ORDER BY look_at LIMIT $1 FOR UPDATE SKIP LOCKED
     )
     UPDATE reporting.orphan o
        SET look_at = CASE WHEN now() - came_at < ${LAST_LOOK} THEN now() + 10 * (now() - came_at) END
       FROM due WHERE o.event_id = due.event_id
     RETURNING o.id, EXISTS (SELECT 1 FROM reporting.message m WHERE m.id = o.id) AS here`,
    [most],
  );
  return { ids: [...new Set(rows.filter(({ here }) => here).map(({ id }) => id))], looked: rows.length };
}

/** Deletes what has waited for too long, and counts it as late. @returns how many of each kind */
export async function giveUpWaiting(
  client: PoolClient,
  days: number,
  most: number,
): Promise<{ source: string; status: string; facts: number }[]> {
  const { rows } = await client.query<{ source: string; status: string; facts: number }>(
    `WITH gone AS (
       DELETE FROM reporting.orphan WHERE event_id IN (
         SELECT event_id FROM reporting.orphan WHERE came_at < now() - $1::float8 * interval '1 day'
          ORDER BY came_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING fact
     ), late AS (
       SELECT fact->>'source' AS source, fact->>'status' AS status, count(*) AS facts FROM gone GROUP BY 1, 2
     ), kept AS (
       INSERT INTO reporting.late_day AS before (day, source, status, facts)
       SELECT (now() AT TIME ZONE 'UTC')::date, source, status, facts FROM late ORDER BY 1, 2, 3
       ON CONFLICT (day, source, status) DO UPDATE SET facts = before.facts + excluded.facts
     )
     SELECT source, status, facts FROM late`,
    [days, most],
  );
  return rows;
}
