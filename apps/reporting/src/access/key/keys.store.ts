import { database, type Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import type { AuditEntry } from '../audit/audit.port.ts';
import { PostgresAudit } from '../audit/audit.store.ts';
import type { Tenants } from '../caller.policy.ts';
import { ApiKeys, type KeyFilter, type KeyRow, type NewKey } from './keys.port.ts';

const columns = `id, hash, name, scopes, tenants, made_by AS "madeBy", made_at AS "madeAt", expires_at AS "expiresAt",
  revoked_at AS "revokedAt", revoked_by AS "revokedBy", last_used_at AS "lastUsedAt"`;

type Stored = Omit<KeyRow, 'tenants'> & { tenants: string[] | null };

@Injectable()
export class PostgresApiKeys extends ApiKeys {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(PostgresAudit) private readonly audit: PostgresAudit,
  ) {
    super();
  }

  async find(id: string): Promise<KeyRow | undefined> {
    const [row] = await this.rows(`SELECT ${columns} FROM reporting.api_key WHERE id = $1`, [id]);
    return row;
  }

  list({ tenants, ended, after, limit }: KeyFilter): Promise<KeyRow[]> {
    return this.rows(
      `SELECT ${columns} FROM reporting.api_key
        WHERE ($1::text[] IS NULL OR tenants <@ $1)
          AND ($2 OR (revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())))
          AND ($3::timestamptz IS NULL OR (made_at, id) < ($3, $4))
        ORDER BY made_at DESC, id DESC LIMIT $5`,
      [tenants ?? null, ended, after?.at ?? null, after?.id ?? null, limit],
    );
  }

  async make(key: NewKey, entry: AuditEntry): Promise<void> {
    const { id, hash, name, scopes, tenants, madeBy, expiresAt } = key;
    await this.audit.withChange('make a key', async (client) => {
      const { rowCount } = await client.query(
        `INSERT INTO reporting.api_key (id, hash, name, scopes, tenants, made_by, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
        [id, hash, name, scopes, stored(tenants), madeBy, expiresAt],
      );
      return { result: undefined, entry: rowCount === 1 ? entry : undefined };
    });
  }

  revoke(id: string, by: string, entry: AuditEntry): Promise<KeyRow | undefined> {
    return this.audit.withChange('revoke a key', async (client) => {
      const { rows } = await client.query<Stored>(
        `UPDATE reporting.api_key SET revoked_at = now(), revoked_by = $2
          WHERE id = $1 AND revoked_at IS NULL RETURNING ${columns}`,
        [id, by],
      );
      const [row] = rows.map(asRow);
      return { result: row, entry: row && entry };
    });
  }

  /** In the order of the ids, so that two replicas never wait for each other. */
  async noteUse(uses: ReadonlyMap<string, Date>): Promise<void> {
    const sorted = [...uses].toSorted(([one], [other]) => (one < other ? -1 : 1));
    await database('note the use of keys', () =>
      this.pool.query(
        `UPDATE reporting.api_key k SET last_used_at = greatest(k.last_used_at, u.at)
           FROM unnest($1::text[], $2::timestamptz[]) AS u (id, at) WHERE k.id = u.id`,
        [sorted.map(([id]) => id), sorted.map(([, at]) => at)],
      ),
    );
  }

  private async rows(text: string, values: unknown[]): Promise<KeyRow[]> {
    const { rows } = await database('keys', () => this.pool.query<Stored>(text, values));
    return rows.map(asRow);
  }
}

/** All tenants are NULL in the table. */
const stored = (tenants: Tenants): readonly string[] | null => (tenants === 'all' ? null : tenants);

const asRow = ({ tenants, ...row }: Stored): KeyRow => ({ ...row, tenants: tenants ?? 'all' });
