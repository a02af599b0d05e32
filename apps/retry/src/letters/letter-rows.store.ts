import type { LetterFilter } from '#libs/contracts';
import type { PoolClient } from '#libs/persistence';
import type { Run } from '#libs/runtime';
import { readLetter } from '../payload.ts';
import type { KnownLetter } from './redrive.policy.ts';
import type { RedriveSoFar } from './ramp.policy.ts';

/** Up to where a job has looked at letters, in their order. */
export interface LetterCursor {
  at: string;
  id: string;
}

interface Found extends LetterCursor {
  hop: number;
}

/** An open letter, with its message locked. */
export interface OpenLetter extends KnownLetter {
  id: string;
  hop: number;
  trace: Record<string, string>;
}

/** Open letters that a filter means, those that were there when the job began; after the cursor, the oldest first. */
export async function findOpen(
  client: PoolClient,
  run: Pick<Run, 'tenants' | 'startedAt'>,
  filter: LetterFilter,
  after: LetterCursor | undefined,
  most: number,
): Promise<Found[]> {
  const { rows } = await client.query<Found>(foundSql, [
    run.startedAt,
    after?.at ?? null,
    after?.id ?? null,
    run.tenants ?? null,
    filter.tenant ?? null,
    filter.channel ?? null,
    filter.lane ?? null,
    filter.reason ?? null,
    filter.code ?? null,
    filter.provider ?? null,
    filter.template ?? null,
    filter.messageId ?? null,
    filter.operationId ?? null,
    filter.since ?? null,
    filter.until ?? null,
    most,
  ]);
  return rows;
}

/**
 * These letters as they stand, those still open. Their messages stay locked until the transaction ends, first the
 * progress, as everywhere: neither proof nor a decision comes in between.
 */
export async function lockOpen(client: PoolClient, found: readonly Found[]): Promise<OpenLetter[]> {
  const ids = found.map(({ id }) => id);
  await client.query('SELECT 1 FROM retry.progress WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE', [ids]);
  const { rows } = await client.query<Omit<OpenLetter, 'letter'> & { payload: string }>(lockedSql, [
    ids,
    found.map(({ hop }) => hop),
  ]);
  return rows.map(({ payload, ...row }) => ({ ...row, letter: readLetter(payload) }));
}

/** These letters were dealt with by an operation. */
export async function settle(
  client: PoolClient,
  letters: readonly { id: string; hop: number; redrivenHop?: number }[],
  by: { state: 'redriven' | 'discarded'; operationId: string },
): Promise<void> {
  if (letters.length === 0) return;
  await client.query(settleSql, [
    letters.map(({ id }) => id),
    letters.map(({ hop }) => hop),
    letters.map(({ redrivenHop }) => redrivenHop ?? null),
    by.state,
    by.operationId,
  ]);
}

/** What a redrive has done so far. */
export async function soFar(client: PoolClient, operationId: string): Promise<RedriveSoFar> {
  const { rows } = await client.query<RedriveSoFar>(soFarSql, [operationId]);
  return rows[0]!;
}

const foundSql = `
SELECT id, hop, created_at::text AS at FROM retry.letter
 WHERE state = 'open' AND created_at <= $1::timestamptz
   AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid))
   AND ($4::text[] IS NULL OR tenant = ANY($4)) AND ($5::text IS NULL OR tenant = $5)
   AND ($6::text IS NULL OR channel = $6) AND ($7::text IS NULL OR lane = $7)
   AND ($8::text IS NULL OR reason = $8) AND ($9::text IS NULL OR code = $9)
   AND ($10::text IS NULL OR provider = $10) AND ($11::text IS NULL OR template = $11)
   AND ($12::text IS NULL OR message_id = $12) AND ($13::text IS NULL OR operation_id = $13)
   AND ($14::timestamptz IS NULL OR created_at >= $14) AND ($15::timestamptz IS NULL OR created_at < $15)
 ORDER BY created_at, id LIMIT $16`;

const lockedSql = `
SELECT l.id, l.hop, l.unconfirmed AS "unconfirmed", coalesce(p.accepted, false) AS accepted,
       coalesce(p.cancelled_at IS NOT NULL, false) AS cancelled,
       coalesce(s.state IN ('pending', 'releasing', 'published'), false) AS "underWay",
       greatest(l.hop, p.hop, s.hop) AS "lastHop", l.payload::text AS payload, l.trace
  FROM unnest($1::uuid[], $2::int[]) AS f (id, hop) JOIN retry.letter l ON l.id = f.id AND l.hop = f.hop
  LEFT JOIN retry.progress p ON p.id = l.id LEFT JOIN retry.schedule s ON s.id = l.id
 WHERE l.state = 'open' ORDER BY l.id FOR UPDATE OF l`;

const settleSql = `
UPDATE retry.letter l SET state = $4, settled_by = $5, redriven_hop = r.redriven_hop, ended_at = now()
  FROM unnest($1::uuid[], $2::int[], $3::int[]) AS r (id, hop, redriven_hop)
 WHERE l.id = r.id AND l.hop = r.hop AND l.state = 'open'`;

const soFarSql = `
SELECT (SELECT count(*) FROM retry.letter WHERE settled_by = $1)::int AS went,
       (SELECT count(*) FROM retry.letter l JOIN retry.schedule s USING (id)
         WHERE l.settled_by = $1 AND s.state IN ('pending', 'releasing', 'published'))::int AS "underWay",
       (SELECT count(*) FROM retry.letter WHERE operation_id = $1)::int AS failed`;
