import type { OperationChanged } from '#libs/contracts';
import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import type { AuditEntry } from '../access/audit/audit.port.ts';
import { PostgresAudit } from '../access/audit/audit.store.ts';
import type { OperationRow } from './operation.ts';
import { type Alongside, type NewOperation, type OperationFilter, OperationTable } from './operations.port.ts';

const columns = `o.id, o.kind, o.services, o.tenants, o.at_most AS "atMost", o.work, o.reason, o.carrier,
  o.asked_by AS "askedBy", o.asked_at AS "askedAt", o.published_at AS "publishedAt", o.stop_by AS "stopBy",
  o.stop_at AS "stopAt", o.stop_published_at AS "stopPublishedAt",
  coalesce((SELECT json_agg(json_build_object('service', w.service, 'seq', w.seq, 'state', w.state, 'counts', w.counts,
      'reason', w.reason, 'at', w.at) ORDER BY w.service)
    FROM reporting.operation_word w WHERE w.operation_id = o.id), '[]') AS words`;

type Stored = Omit<OperationRow, 'tenants'> & { tenants: string[] | null };

@Injectable()
export class PostgresOperations extends OperationTable {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(PostgresAudit) private readonly audit: PostgresAudit,
  ) {
    super();
  }

  make(of: NewOperation, entry: AuditEntry, alongside: Alongside): Promise<OperationRow | undefined> {
    return this.audit.withChange('operation', async (client) => {
      const { rowCount } = await client.query(insertSql, [
        of.id,
        of.kind,
        of.services,
        of.tenants === 'all' ? null : of.tenants,
        of.atMost ?? null,
        JSON.stringify(of.work),
        of.digest,
        of.reason ?? null,
        of.carrier,
        of.askedBy,
      ]);
      const { rows } = await client.query<Stored & { digest: string }>(
        `SELECT o.digest, ${columns} FROM reporting.operation o WHERE o.id = $1`,
        [of.id],
      );
      const { digest, ...kept } = rows[0]!;
      const row = asRow(kept);
      if (rowCount === 0) return { result: digest === of.digest ? row : undefined, entry: undefined };
      await alongside(client, row);
      return { result: row, entry };
    });
  }

  async find(id: string): Promise<OperationRow | undefined> {
    const [row] = await this.rows('WHERE o.id = $1', [id]);
    return row;
  }

  list({ tenants, kind, after, limit }: OperationFilter): Promise<OperationRow[]> {
    return this.rows(
      `WHERE ($1::text[] IS NULL OR o.tenants <@ $1) AND ($2::text IS NULL OR o.kind = $2)
         AND ($3::timestamptz IS NULL OR (o.asked_at, o.id) < ($3, $4))
       ORDER BY o.asked_at DESC, o.id DESC LIMIT $5`,
      [tenants ?? null, kind ?? null, after?.at ?? null, after?.id ?? null, limit],
    );
  }

  async stop(id: string, by: string, entry: AuditEntry): Promise<void> {
    await this.audit.withChange('operation', async (client) => {
      const { rowCount } = await client.query(
        `UPDATE reporting.operation SET stop_at = date_trunc('milliseconds', now()), stop_by = $2
          WHERE id = $1 AND carrier = 'job' AND stop_at IS NULL`,
        [id, by],
      );
      return { result: undefined, entry: rowCount === 1 ? entry : undefined };
    });
  }

  async hear({ operationId, service, seq, state, counts, reason, at }: OperationChanged): Promise<void> {
    await database('operation', () =>
      this.pool.query(
        `INSERT INTO reporting.operation_word AS w (operation_id, service, seq, state, counts, reason, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (operation_id, service) DO UPDATE SET seq = excluded.seq, state = excluded.state,
           counts = excluded.counts, reason = excluded.reason, at = excluded.at
         WHERE w.seq < excluded.seq`,
        [operationId, service, seq, state, JSON.stringify(counts), reason ?? null, at],
      ),
    );
  }

  unpublished(most: number): Promise<OperationRow[]> {
    return this.rows(
      `WHERE o.carrier <> 'control'
         AND (o.published_at IS NULL OR (o.stop_at IS NOT NULL AND o.stop_published_at IS NULL))
       ORDER BY o.asked_at LIMIT $1`,
      [most],
    );
  }

  async markPublished(ids: readonly string[], stop: boolean): Promise<void> {
    const column = stop ? 'stop_published_at' : 'published_at';
    await database('operation', () =>
      this.pool.query(`UPDATE reporting.operation SET ${column} = now() WHERE id = ANY($1::text[])`, [ids]),
    );
  }

  private async rows(where: string, values: unknown[]): Promise<OperationRow[]> {
    const { rows } = await database('operation', () =>
      this.pool.query<Stored>(`SELECT ${columns} FROM reporting.operation o ${where}`, values),
    );
    return rows.map(asRow);
  }
}

const insertSql = `
INSERT INTO reporting.operation (id, kind, services, tenants, at_most, work, digest, reason, carrier, asked_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`;

const asRow = ({ tenants, ...row }: Stored): OperationRow => ({ ...row, tenants: tenants ?? 'all' });
