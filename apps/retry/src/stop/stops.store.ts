import { type Identity, identityKey } from '#libs/contracts';
import { database, type MicroBatch, microBatch, type Pool, type PoolClient, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { readPayload } from '../payload.ts';
import { type Cancellation, Stops } from './stops.port.ts';

interface Stood {
  state: 'pending' | 'releasing' | 'published' | 'answered' | 'cancelled' | 'stopped';
  payload: string;
  trace: Record<string, string>;
  ended_at: Date | null;
}

interface Parsed {
  cancelled_at: Date;
  /** Why it was given up, by the last decision. */
  burial: string | null;
}

interface Evidence {
  id: string;
  hop: number;
}

@Injectable()
export class PostgresStops extends Stops {
  private readonly evidences: MicroBatch<Evidence, boolean>;

  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
    this.evidences = microBatch({ size: 500, lingerMs: 5 }, (evidences) => this.markAllAccepted(evidences));
  }

  markAccepted(of: Identity, hop: number): Promise<boolean> {
    return database('mark accepted', () => this.evidences.add({ id: identityKey(of), hop }));
  }

  cancel(of: Identity): Promise<Cancellation> {
    return database('cancel', () => transaction(this.pool, (client) => cancelOne(client, identityKey(of))));
  }

  private async markAllAccepted(evidences: readonly Evidence[]): Promise<boolean[]> {
    const { rows } = await this.pool.query<{ id: string }>(
      `SELECT id FROM retry.progress WHERE id = ANY($1::uuid[]) AND NOT accepted
       UNION SELECT id FROM retry.letter WHERE id = ANY($1::uuid[]) AND state = 'open'`,
      [evidences.map(({ id }) => id)],
    );
    if (rows.length === 0) return evidences.map(() => false);
    const deferred = new Set(rows.map(({ id }) => id));
    const stopped = await transaction(this.pool, (client) =>
      stopAll(
        client,
        evidences.filter(({ id }) => deferred.has(id)),
      ),
    );
    return evidences.map(({ id }) => stopped.has(id));
  }
}

/**
 * Progress first: its lock waits for a decision in the making, and the second statement then sees the plan that came of
 * it.
 */
async function stopAll(client: PoolClient, evidences: readonly Evidence[]): Promise<Set<string>> {
  const [ids, hops] = [evidences.map(({ id }) => id), evidences.map(({ hop }) => hop)];
  await client.query('SELECT 1 FROM retry.progress WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE', [ids]);
  const accepted = await client.query<{ id: string }>(
    `UPDATE retry.progress p SET accepted = true
       FROM (SELECT id, max(hop) AS hop FROM unnest($1::uuid[], $2::int[]) AS t(id, hop) GROUP BY id) i
      WHERE p.id = i.id AND i.hop > coalesce(p.acceptance_revoked, 0) RETURNING p.id`,
    [ids, hops],
  );
  await client.query(resolveSql, [ids, hops]);
  // What has gone to its channel needs no answer any more: the channel's ledger refuses it.
  const { rows } = await client.query<{ id: string; state: string }>(
    `UPDATE retry.schedule SET state = CASE state WHEN 'pending' THEN 'stopped' ELSE 'answered' END,
            ended_at = coalesce(ended_at, now()), lease_token = NULL, lease_until = NULL
      WHERE id = ANY($1::uuid[]) AND state IN ('pending', 'releasing', 'published') RETURNING id, state`,
    [accepted.rows.map(({ id }) => id)],
  );
  return new Set(rows.filter(({ state }) => state === 'stopped').map(({ id }) => id));
}

/** Looked up among the letters themselves: a letter may be all that is left of its message. */
const resolveSql = `
UPDATE retry.letter l SET state = 'resolved', ended_at = now(), payload = NULL
  FROM (SELECT id, max(hop) AS hop FROM unnest($1::uuid[], $2::int[]) AS t(id, hop) GROUP BY id) i
  LEFT JOIN retry.progress p ON p.id = i.id
 WHERE l.id = i.id AND l.state = 'open' AND i.hop > coalesce(p.acceptance_revoked, 0)`;

async function cancelOne(client: PoolClient, id: string): Promise<Cancellation> {
  // Kept for unknown messages too: a cancellation may overtake the fact that its message waits.
  const asked = await client.query<Parsed>(
    `INSERT INTO retry.progress AS p (id, cancelled_at) VALUES ($1, now())
     ON CONFLICT (id) DO UPDATE SET cancelled_at = coalesce(p.cancelled_at, excluded.cancelled_at)
     RETURNING cancelled_at, decision -> 'burial' ->> 'reason' AS burial`,
    [id],
  );
  // A look at the provider goes on: it may have the message already, and what became of it must be found out.
  const { rowCount } = await client.query(
    "UPDATE retry.schedule SET state = 'cancelled', ended_at = now() WHERE id = $1 AND state = 'pending' AND " +
      "mode = 'send'",
    [id],
  );
  const { rows } = await client.query<Stood>(
    'SELECT state, payload::text AS payload, trace, ended_at FROM retry.schedule WHERE id = $1',
    [id],
  );
  const stood = rows[0];
  if (stood && (rowCount === 1 || stood.state === 'cancelled')) {
    return {
      cancelled: true,
      due: readPayload(stood.payload),
      at: (stood.ended_at ?? new Date()).toISOString(),
      trace: stood.trace,
    };
  }
  const { burial, cancelled_at: at } = asked.rows[0]!;
  if (burial !== null)
    return {
      cancelled: false,
      because: 'ended',
      refusal: burial === 'unconfirmed' ? 'unconfirmed' : 'ended',
      at: at.toISOString(),
    };
  if (!stood) return { cancelled: false, because: 'no plan' };
  const { state } = stood;
  return { cancelled: false, because: state === 'pending' || state === 'cancelled' ? 'looking' : state };
}
