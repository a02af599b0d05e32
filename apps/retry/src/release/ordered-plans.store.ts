import { randomUUID } from 'node:crypto';
import { database, type Pool, transaction } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { readPayload } from '../payload.ts';
import { retryConfig, type RetryConfig } from '../retry.config.ts';
import type { DuePlan } from './due-plans.port.ts';
import { OrderedPlans } from './ordered-plans.port.ts';

interface Row {
  id: string;
  again: number;
  payload: string;
  trace: Record<string, string>;
}

/**
 * One replica at a time holds the turn, as a lock of an open transaction: it ends with the connection, whatever happens
 * to the replica. What it takes is committed before it is published, as everywhere, so that it cannot be cancelled any
 * more.
 */
@Injectable()
export class PostgresOrderedPlans extends OrderedPlans {
  private readonly leaseMs: number;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(retryConfig.KEY) config: Pick<RetryConfig, 'RETRY_LEASE_MS'>,
  ) {
    super();
    this.leaseMs = config.RETRY_LEASE_MS;
  }

  inTurn(most: number, release: (plans: readonly DuePlan[]) => Promise<DuePlan[]>): Promise<number> {
    return database('take', async () => {
      // Nearly always there are none: then no turn is taken.
      if ((await this.pool.query({ name: 'any in order', text: anySql })).rowCount === 0) return 0;
      return transaction(this.pool, async (client) => {
        const { rows } = await client.query<{ mine: boolean }>(turnSql);
        return rows[0]!.mine ? this.releaseSome(most, release) : 0;
      });
    });
  }

  private async releaseSome(most: number, release: (plans: readonly DuePlan[]) => Promise<DuePlan[]>): Promise<number> {
    const token = randomUUID();
    const { rows } = await this.pool.query<Row>(takeSql, [most, token, this.leaseMs]);
    const plans = rows.map(({ id, again, payload, trace }) => ({
      id,
      due: { ...readPayload(payload), ...(again > 0 && { again }) },
      trace,
    }));
    const released = await release(plans);
    await this.pool.query(markSql, [released.map(({ id }) => id), token]);
    return plans.length;
  }
}

const waiting = `state IN ('pending', 'releasing') AND waits_for IS NULL AND position IS NOT NULL
  AND due_at <= now()`;

const anySql = `SELECT 1 FROM retry.schedule WHERE ${waiting} LIMIT 1`;

const turnSql = "SELECT pg_try_advisory_xact_lock(hashtextextended('retry in order', 0)) AS mine";

// Whoever has the turn is alone: what is being released was left by one that had it before.
const takeSql = `
WITH taken AS (
  UPDATE retry.schedule
     SET state = 'releasing', lease_token = $2, lease_until = now() + $3::int * interval '1 millisecond'
   WHERE id = ANY(ARRAY(
     SELECT id FROM retry.schedule WHERE ${waiting} ORDER BY due_at, requested_at, position LIMIT $1 FOR UPDATE))
  RETURNING id, again, payload::text AS payload, trace, due_at, requested_at, position
)
SELECT id, again, payload, trace FROM taken ORDER BY due_at, requested_at, position`;

const markSql = `
UPDATE retry.schedule SET state = 'published', ended_at = now(), lease_token = NULL, lease_until = NULL
 WHERE id = ANY($1::uuid[]) AND lease_token = $2::uuid AND state = 'releasing'`;
