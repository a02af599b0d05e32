import { randomUUID } from 'node:crypto';
import { Channel, type SendDue } from '#libs/contracts';
import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { readPayload } from '../payload.ts';
import { retryConfig, type RetryConfig } from '../retry.config.ts';
import { type DueBatch, type DuePlan, DuePlans, type WaitingResends } from './due-plans.port.ts';
import type { ReadUpTo } from './evidence-reader.port.ts';

/** Most bytes of hand-overs taken at once: they are held in memory until Kafka has them. */
const BATCH_BYTES = 8 * 1024 * 1024;

interface TakenRow {
  id: string;
  bytes: number;
  again: number;
  payload: string;
  trace: Record<string, string>;
}

@Injectable()
export class PostgresDuePlans extends DuePlans {
  private readonly size: number;
  private readonly leaseMs: number;

  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(retryConfig.KEY) config: Pick<RetryConfig, 'RETRY_BATCH' | 'RETRY_LEASE_MS'>,
  ) {
    super();
    this.size = config.RETRY_BATCH;
    this.leaseMs = config.RETRY_LEASE_MS;
  }

  async waitingResends(): Promise<WaitingResends> {
    const { rows } = await database('take', () =>
      this.pool.query<WaitingResends>({ name: 'resends', text: resendsSql, values: [Channel.options] }),
    );
    return rows[0]!;
  }

  async take(evidenceRead: ReadUpTo): Promise<DueBatch> {
    const token = randomUUID();
    const { rows } = await database('take', () =>
      this.pool.query<TakenRow>({
        name: 'take',
        text: takeSql,
        values: [this.size, BATCH_BYTES, token, this.leaseMs, JSON.stringify(evidenceRead)],
      }),
    );
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
    const plans = rows.map((row) => ({ id: row.id, due: dueOf(row), trace: row.trace }));
    return { token, plans, more: rows.length >= this.size || bytes >= BATCH_BYTES };
  }

  async markPublished(token: string, plans: readonly DuePlan[]): Promise<void> {
    if (plans.length === 0) return;
    await database('mark', () =>
      this.pool.query({
        name: 'mark',
        text: markSql,
        values: [plans.map(({ id }) => id), plans.map(({ due }) => due.hop), token],
      }),
    );
  }
}

/** How often it goes again is no part of what was decided. */
const dueOf = ({ payload, again }: TakenRow): SendDue => ({ ...readPayload(payload), ...(again > 0 && { again }) });

// The time is taken before the table is looked at, and cut to milliseconds: never later than the plans that are seen.
const resendsSql = `
SELECT clock_timestamp() AS now, ARRAY(
  SELECT channel FROM unnest($1::text[]) AS c(channel)
   WHERE EXISTS (SELECT 1 FROM retry.schedule s WHERE s.channel = c.channel AND s.state = 'pending'
     AND s.mode = 'send' AND s.kind = 'unknown')
) AS channels`;

// The ids are given as an array so that the plan cannot turn into a scan of the whole schedule.
const takeSql = `
WITH stuck AS MATERIALIZED (
  SELECT id, due_at, bytes FROM retry.schedule WHERE state = 'releasing' AND lease_until < now()
   ORDER BY lease_until LIMIT $1 FOR UPDATE SKIP LOCKED
), ripe AS MATERIALIZED (
  SELECT id, due_at, bytes FROM retry.schedule WHERE state = 'pending' AND due_at <= now()
     AND (mode <> 'send' OR kind <> 'unknown' OR created_at <= ($5::jsonb ->> channel)::timestamptz)
   ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
), picked AS (
  SELECT id FROM (
    SELECT id, row_number() OVER queue AS place, sum(bytes) OVER queue - bytes AS before
      FROM (SELECT * FROM stuck UNION ALL SELECT * FROM ripe) AS both_kinds
    WINDOW queue AS (ORDER BY due_at, id)
  ) AS queued
   WHERE place <= $1 AND before < $2::bigint
)
UPDATE retry.schedule
   SET state = 'releasing', lease_token = $3, lease_until = now() + $4::int * interval '1 millisecond'
 WHERE id = ANY(ARRAY(SELECT id FROM picked))
RETURNING id, bytes, again, payload::text AS payload, trace`;

const markSql = `
UPDATE retry.schedule
   SET state = 'published', ended_at = now(), lease_token = NULL, lease_until = NULL
 WHERE id = ANY($1::uuid[]) AND hop = ($2::int[])[array_position($1::uuid[], id)] AND lease_token = $3::uuid
   AND state = 'releasing'`;
