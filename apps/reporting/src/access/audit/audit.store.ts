import { database, type Pool, type PoolClient, transaction } from '#libs/persistence';
import { LOGGER, POOL } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { Audit, type AuditEntry, type AuditHead } from './audit.port.ts';
import { type AuditRow, hashOfRow } from './chain.ts';

/** The audit in PostgreSQL. Its one row of `audit_head` lets one writer append at a time, in all replicas. */
@Injectable()
export class PostgresAudit extends Audit {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'info'>,
  ) {
    super();
  }

  /**
   * Runs a change, and writes its row of the audit in the same transaction.
   * @param work gives the result, and the row; no row: nothing was changed
   */
  async withChange<T>(
    stage: string,
    work: (client: PoolClient) => Promise<{ result: T; entry: AuditEntry | undefined }>,
  ): Promise<T> {
    const { result, row } = await database(stage, () =>
      transaction(this.pool, async (client) => {
        const { result, entry } = await work(client);
        return { result, row: entry && (await append(client, entry)) };
      }),
    );
    // A copy outside of the database: a chain that was rewritten there does not fit the hashes in the log.
    if (row) this.logger.info({ audit: row }, 'audited');
    return result;
  }

  record(entry: AuditEntry): Promise<void> {
    return this.withChange('audit', () => Promise.resolve({ result: undefined, entry }));
  }

  async page({
    tenants,
    after,
    limit,
  }: {
    tenants: string[] | undefined;
    after: number;
    limit: number;
  }): Promise<AuditRow[]> {
    const { rows } = await database('audit', () =>
      this.pool.query<Omit<AuditRow, 'at' | 'tenants'> & { at: Date; tenants: string[] | null }>(
        `SELECT seq, at, who, action, target, tenants, outcome, details, previous, hash FROM reporting.audit
          WHERE seq > $1 AND ($2::text[] IS NULL OR tenants <@ $2) ORDER BY seq LIMIT $3`,
        [after, tenants ?? null, limit],
      ),
    );
    return rows.map(({ at, tenants: concerned, ...row }) => ({
      ...row,
      at: at.toISOString(),
      tenants: concerned ?? 'all',
    }));
  }

  async head(): Promise<AuditHead> {
    const { rows } = await database('audit', () =>
      this.pool.query<AuditHead>('SELECT seq, hash FROM reporting.audit_head'),
    );
    return rows[0]!;
  }
}

/** Appends a row. The head stays locked until the transaction ends. */
async function append(client: PoolClient, entry: AuditEntry): Promise<AuditRow> {
  const { rows } = await client.query<AuditHead & { at: Date }>(
    `SELECT seq, hash, date_trunc('milliseconds', clock_timestamp()) AS at FROM reporting.audit_head FOR UPDATE`,
  );
  const head = rows[0]!;
  const unhashed = {
    ...entry,
    seq: head.seq + 1,
    at: head.at.toISOString(),
    details: entry.details ?? {},
    previous: head.hash,
  };
  const row = { ...unhashed, hash: hashOfRow(unhashed) };
  await client.query(
    `INSERT INTO reporting.audit (seq, at, who, action, target, tenants, outcome, details, previous, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      row.seq,
      row.at,
      row.who,
      row.action,
      row.target,
      row.tenants === 'all' ? null : row.tenants,
      row.outcome,
      row.details,
      row.previous,
      row.hash,
    ],
  );
  await client.query('UPDATE reporting.audit_head SET seq = $1, hash = $2', [row.seq, row.hash]);
  return row;
}
