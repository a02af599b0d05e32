import type { ParkedChanged } from '#libs/contracts';
import { database, type Pool } from '#libs/persistence';
import { Backlog, type BacklogState } from './backlog.port.ts';

interface BacklogRow {
  parked: string;
  is_full: boolean;
  full_for_ms: number;
}

/** The row of the channel's schema. The database's clock rules: replicas need not agree on the time. */
export class PostgresBacklog extends Backlog {
  private readonly pool: Pool;
  private readonly schema: string;

  constructor(pool: Pool, schema: string) {
    super();
    this.pool = pool;
    this.schema = schema;
  }

  async apply({ parked, isFull }: ParkedChanged, forMs: number): Promise<void> {
    await database('backlog', () => this.pool.query(applySql(this.schema), [parked, isFull && forMs > 0, forMs]));
  }

  async state(): Promise<BacklogState | undefined> {
    const { rows } = await database('backlog', () => this.pool.query<BacklogRow>(stateSql(this.schema)));
    return rows.map((row) => ({ parked: Number(row.parked), isFull: row.is_full, fullForMs: row.full_for_ms }))[0];
  }
}

// What was full and is said to be full again in time has been full all along.
const applySql = (schema: string) => `
INSERT INTO ${schema}.backlog AS b (parked, full_since, full_until)
VALUES ($1, CASE WHEN $2 THEN now() END, CASE WHEN $2 THEN now() + $3::float8 * interval '1 millisecond' ELSE now() END)
ON CONFLICT (singleton) DO UPDATE SET parked = excluded.parked, full_until = excluded.full_until,
  full_since = CASE WHEN $2 AND b.full_until > now() THEN coalesce(b.full_since, now()) ELSE excluded.full_since END`;

const stateSql = (schema: string) => `
SELECT parked, full_until > now() AND full_since IS NOT NULL AS is_full,
       CASE WHEN full_until > now() AND full_since IS NOT NULL
         THEN (extract(epoch FROM now() - full_since) * 1000)::float8 ELSE 0 END AS full_for_ms
  FROM ${schema}.backlog`;
