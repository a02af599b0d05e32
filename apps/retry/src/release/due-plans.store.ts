import { randomUUID } from 'node:crypto';
import { byUrgency, Channel, type Lane, type SendDue, shareOut } from '#libs/contracts';
import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { readPayload } from '../payload.ts';
import { retryConfig, type RetryConfig } from '../retry.config.ts';
import { type DueBatch, type DuePlan, DuePlans, type WaitingResends } from './due-plans.port.ts';
import type { ReadUpTo } from './evidence-reader.port.ts';
import { Floors } from './floors.ts';

/** Most bytes of hand-overs taken at once: they are held in memory until Kafka has them. */
const BATCH_BYTES = 8 * 1024 * 1024;

interface Ready extends Record<Lane, number> {
  now: Date;
}

interface TakenRow {
  id: string;
  /** It became due, and was not left by another replica. */
  ripe: boolean;
  lane: Lane;
  due_at: Date;
  bytes: number;
  again: number;
  payload: string;
  trace: Record<string, string>;
}

@Injectable()
export class PostgresDuePlans extends DuePlans {
  private readonly size: number;
  private readonly leaseMs: number;
  private readonly floors = new Floors();

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

  async take(evidenceRead: ReadUpTo, most = this.size): Promise<DueBatch> {
    const token = randomUUID();
    const size = Math.min(this.size, most);
    const look = this.floors.look(performance.now());
    const { now, ...ready } = await this.ready(size);
    const shares = shareOut(size, ready, { urgent: Math.random(), transactional: Math.random(), bulk: Math.random() });
    const rows = await this.takeShares(token, shares, look.fromTheStart, evidenceRead, size);
    this.floors.taken(
      rows.filter(({ ripe }) => ripe),
      now.getTime(),
      { ...look, endedAt: performance.now() },
    );
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
    const plans = rows.map((row) => ({ id: row.id, due: dueOf(row), trace: row.trace }));
    return { token, plans, more: rows.length >= size || bytes >= BATCH_BYTES };
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

  /** How many of each lane are due, counted up to a batch. */
  private async ready(size: number): Promise<Ready> {
    const { rows } = await database('take', () =>
      this.pool.query<Ready>({ name: 'ready', text: readySql, values: [size, ...this.floors.all()] }),
    );
    return rows[0]!;
  }

  private async takeShares(
    token: string,
    shares: Record<Lane, number>,
    fromTheStart: boolean,
    evidenceRead: ReadUpTo,
    size: number,
  ): Promise<TakenRow[]> {
    const { rows } = await database('take', () =>
      this.pool.query<TakenRow>({
        name: 'take',
        text: takeSql,
        values: [
          size,
          BATCH_BYTES,
          token,
          this.leaseMs,
          JSON.stringify(evidenceRead),
          fromTheStart,
          byUrgency,
          byUrgency.map((lane) => shares[lane]),
          this.floors.all(),
        ],
      }),
    );
    return rows;
  }
}

/** How often it goes again is no part of what was decided. */
const dueOf = ({ payload, again }: TakenRow): SendDue => ({ ...readPayload(payload), ...(again > 0 && { again }) });

// The time is taken before the table is looked at, and cut to milliseconds: never later than the plans that are seen.
// In an order, so that the index is read and not the whole schedule.
const resendsSql = `
SELECT clock_timestamp() AS now, ARRAY(
  SELECT channel FROM unnest($1::text[]) AS c(channel)
   WHERE (SELECT true FROM retry.schedule s WHERE s.channel = c.channel AND s.state = 'pending'
     AND s.mode = 'send' AND s.kind = 'unknown' ORDER BY s.due_at LIMIT 1)
) AS channels`;

/** As the index of what is due has it. */
const due = `state = 'pending' AND waits_for IS NULL AND position IS NULL
  AND (mode <> 'send' OR kind <> 'unknown') AND due_at <= now()`;

const counted = (lane: Lane, floor: string) => `
  (SELECT count(*)::int FROM (
     SELECT 1 FROM retry.schedule WHERE lane = '${lane}' AND ${due} AND due_at >= ${floor} ORDER BY due_at LIMIT $1
   ) AS waiting) AS ${lane}`;

const countsSql = byUrgency.map((lane, index) => counted(lane, `$${index + 2}::timestamptz`));

const readySql = `SELECT clock_timestamp() AS now, ${countsSql.join(',')}`;

// The ids are given as an array so that the plan cannot turn into a scan of the whole schedule.
const takeSql = `
WITH stuck AS MATERIALIZED (
  SELECT id, lane, due_at, bytes FROM retry.schedule WHERE $6::boolean AND state = 'releasing'
   AND lease_until < now() AND position IS NULL
   ORDER BY lease_until LIMIT $1 FOR UPDATE SKIP LOCKED
), again AS MATERIALIZED (
  SELECT id, lane, due_at, bytes FROM retry.schedule
   WHERE state = 'pending' AND mode = 'send' AND kind = 'unknown' AND due_at <= now()
     AND channel = ANY(ARRAY(SELECT jsonb_object_keys($5::jsonb)))
     AND created_at <= ($5::jsonb ->> channel)::timestamptz
   ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
), ripe AS MATERIALIZED (
  SELECT s.* FROM unnest($7::text[], $8::int[], $9::timestamptz[]) AS l(lane, take, floor)
   CROSS JOIN LATERAL (
     SELECT id, lane, due_at, bytes FROM retry.schedule
      WHERE lane = l.lane AND ${due} AND due_at >= l.floor
      ORDER BY due_at LIMIT l.take FOR UPDATE SKIP LOCKED
   ) AS s
), picked AS (
  SELECT id FROM (
    SELECT id, row_number() OVER queue AS place, sum(bytes) OVER queue - bytes AS before
      FROM (SELECT * FROM stuck UNION ALL SELECT * FROM again UNION ALL SELECT * FROM ripe) AS all_kinds
    WINDOW queue AS (ORDER BY array_position($7::text[], lane), due_at, id)
  ) AS queued
   WHERE place <= $1 AND before < $2::bigint
)
UPDATE retry.schedule
   SET state = 'releasing', lease_token = $3, lease_until = now() + $4::int * interval '1 millisecond'
 WHERE id = ANY(ARRAY(SELECT id FROM picked))
RETURNING id IN (SELECT id FROM ripe) AS ripe, lane, id, due_at, bytes, again, payload::text AS payload, trace`;

const markSql = `
UPDATE retry.schedule
   SET state = 'published', ended_at = now(), lease_token = NULL, lease_until = NULL
 WHERE id = ANY($1::uuid[]) AND hop = ($2::int[])[array_position($1::uuid[], id)] AND lease_token = $3::uuid
   AND state = 'releasing'`;
