import { columnsOf, database, type MicroBatch, microBatch, type Pool } from '#libs/persistence';
import { POOL, type Position } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import {
  type UnreadableCause,
  type UnreadableFilter,
  UnreadableRecords,
  type UnreadableRow,
} from './unreadable.port.ts';

type Stored = Omit<UnreadableRow, 'at' | 'originAt'> & { at: Date; originAt: Date | null };

@Injectable()
export class PostgresUnreadableRecords extends UnreadableRecords {
  private readonly kept: MicroBatch<UnreadableRow, true>;

  constructor(@Inject(POOL) private readonly pool: Pool) {
    super();
    this.kept = microBatch({ size: 200, lingerMs: 5 }, (rows) =>
      database('unreadable records', async () => {
        await this.pool.query(keepSql, columnsOf(rows, ...kept));
        return rows.map((): true => true);
      }),
    );
  }

  async keep(row: UnreadableRow): Promise<void> {
    await this.kept.add(row);
  }

  async find(id: string): Promise<UnreadableRow | undefined> {
    return (await this.rows(`SELECT ${columns} FROM reporting.unreadable WHERE id = $1`, [id]))[0];
  }

  list({
    after,
    limit,
    ...filter
  }: UnreadableFilter & { after?: Position<'id'> | undefined; limit: number }): Promise<UnreadableRow[]> {
    return this.rows(
      `SELECT ${columns} FROM reporting.unreadable WHERE ${conditions}
          AND ($7::timestamptz IS NULL OR (at, id) < ($7, $8::uuid)) ORDER BY at DESC, id DESC LIMIT $9`,
      [...valuesOf(filter), after?.at, after?.id, limit],
    );
  }

  async causes(filter: UnreadableFilter): Promise<UnreadableCause[]> {
    const { rows } = await database('unreadable records', () =>
      this.pool.query<Omit<UnreadableCause, 'first' | 'last'> & { first: Date; last: Date }>(
        `SELECT code, origin, kept_by AS "keptBy", count(*)::int AS count, min(at) AS first, max(at) AS last
           FROM reporting.unreadable WHERE ${conditions} GROUP BY 1, 2, 3 ORDER BY count DESC, last DESC LIMIT 100`,
        valuesOf(filter),
      ),
    );
    return rows.map(({ first, last, ...row }) => ({ ...row, first: first.toISOString(), last: last.toISOString() }));
  }

  async deleteOld(olderThanMs: number): Promise<void> {
    await database('unreadable records', () =>
      this.pool.query("DELETE FROM reporting.unreadable WHERE at < now() - $1::float8 * interval '1 millisecond'", [
        olderThanMs,
      ]),
    );
  }

  private async rows(text: string, values: unknown[]): Promise<UnreadableRow[]> {
    const { rows } = await database('unreadable records', () => this.pool.query<Stored>(text, values));
    return rows.map(({ at, originAt, ...row }) => ({
      ...row,
      at: at.toISOString(),
      originAt: originAt?.toISOString() ?? null,
    }));
  }
}

const conditions = `($1::text IS NULL OR code = $1) AND ($2::text IS NULL OR origin = $2)
  AND ($3::text IS NULL OR kept_by = $3) AND ($4::text IS NULL OR tenant = $4)
  AND ($5::text[] IS NULL OR tenant = ANY($5)) AND ($6::timestamptz IS NULL OR at >= $6)`;

const valuesOf = ({ code, origin, keptBy, tenant, tenants, since }: UnreadableFilter): unknown[] => [
  code,
  origin,
  keptBy,
  tenant,
  tenants,
  since,
];

const kept = [
  'id',
  'at',
  'partition',
  'offset',
  'origin',
  'originPartition',
  'originOffset',
  'originLastOffset',
  'originAt',
  'keptBy',
  'code',
  'stage',
  'error',
  'remedy',
  'event',
  'keyBytes',
  'valueBytes',
  'wholeBytes',
  'tenant',
  'channel',
  'messageId',
] as const satisfies readonly (keyof UnreadableRow)[];

const stored = `id, at, partition, record_offset, origin, origin_partition, origin_offset, origin_last_offset,
  origin_at, kept_by, code, stage, error, remedy, event, key_bytes, value_bytes, whole_bytes, tenant, channel,
  message_id`;

const columns = `id, at, partition, record_offset::float8 AS "offset", origin, origin_partition AS "originPartition",
  origin_offset::float8 AS "originOffset", origin_last_offset::float8 AS "originLastOffset", origin_at AS "originAt",
  kept_by AS "keptBy", code, stage, error, remedy, event, key_bytes AS "keyBytes", value_bytes AS "valueBytes",
  whole_bytes AS "wholeBytes", tenant, channel, message_id AS "messageId"`;

const keepSql = `
INSERT INTO reporting.unreadable (${stored})
SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::integer[], $4::bigint[], $5::text[], $6::integer[],
  $7::bigint[], $8::bigint[], $9::timestamptz[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
  $15::text[], $16::integer[], $17::integer[], $18::integer[], $19::text[], $20::text[], $21::text[]) AS r(id)
 ORDER BY 1
ON CONFLICT (id) DO NOTHING`;
