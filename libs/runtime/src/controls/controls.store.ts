import { type ControlChanged, controlKey, isOn } from '#libs/contracts';
import { database, type Pool } from '#libs/persistence';
import { Controls, type OpenControl, type ControlInForce } from './controls.port.ts';

/** How long what is over is kept, in days: longer than anything that it could be asked about. */
const KEPT_DAYS = 90;

interface OpenRow {
  key: string;
  value: ControlChanged;
  seen_for_ms: number;
  counts: Record<string, number>;
  swept_to: string | null;
}

/** The table `control` of a service's schema. The database's clock says what is in force: replicas need not agree. */
export class PostgresControls extends Controls {
  private readonly pool: Pool;
  private readonly schema: string;

  constructor(pool: Pool, schema: string) {
    super();
    this.pool = pool;
    this.schema = schema;
  }

  async apply(change: ControlChanged): Promise<boolean> {
    const { kind, seq } = change;
    const until = kind === 'lift' ? null : (change.until ?? null);
    const values = [controlKey(change), seq, kind, isOn(change), until, change];
    return (await this.run(applySql(this.schema), values)).length > 0;
  }

  async inForce(): Promise<ControlInForce[]> {
    const rows = await this.run<{ key: string; value: ControlChanged; for_ms: number }>(
      `SELECT key, value, (extract(epoch FROM clock_timestamp() - since) * 1000)::float8 AS for_ms
         FROM ${this.schema}.control c WHERE ${inForceSql} ORDER BY key`,
    );
    return rows.map(({ key, value, for_ms: forMs }) => ({ key, control: value, forMs }));
  }

  async markSeen(): Promise<ControlChanged[]> {
    const rows = await this.run<{ value: ControlChanged }>(
      `UPDATE ${this.schema}.control SET seen_at = clock_timestamp()
        WHERE NOT reported AND seen_at IS NULL RETURNING value`,
    );
    return rows.map(({ value }) => value);
  }

  async unreported(): Promise<OpenControl[]> {
    const rows = await this.run<OpenRow>(
      `SELECT key, value, (extract(epoch FROM clock_timestamp() - seen_at) * 1000)::float8 AS seen_for_ms, counts,
              swept_to
         FROM ${this.schema}.control WHERE NOT reported AND seen_at IS NOT NULL ORDER BY key`,
    );
    return rows.map((row) => ({
      key: row.key,
      control: row.value,
      seenForMs: row.seen_for_ms,
      counts: row.counts,
      sweptTo: row.swept_to,
    }));
  }

  async noteProgress(open: OpenControl, counts: Record<string, number>, sweptTo: string | null): Promise<void> {
    await this.run(`UPDATE ${this.schema}.control SET counts = $3, swept_to = $4 WHERE key = $1 AND seq = $2`, [
      open.key,
      open.control.seq,
      counts,
      sweptTo,
    ]);
  }

  async markReported({ key, control }: OpenControl): Promise<void> {
    await this.run(`UPDATE ${this.schema}.control SET reported = true WHERE key = $1 AND seq = $2`, [key, control.seq]);
  }

  async deleteOld(): Promise<void> {
    // The row of a pause stays: its seq is what an older record is held against.
    await this.run(
      `DELETE FROM ${this.schema}.control
        WHERE reported AND kind <> 'pause' AND greatest(until, applied_at) < now() - $1::int * interval '1 day'`,
      [KEPT_DAYS],
    );
  }

  private async run<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await database('controls', () => this.pool.query<R>(text, values))).rows;
  }
}

const inForceSql = 'in_force AND (until IS NULL OR until > clock_timestamp())';

/** All that is in force as one value, for a statement that has something else to say; null: nothing is. */
export const controlsValueSql = (schema: string): string =>
  `(SELECT jsonb_agg(c.value) FROM ${schema}.control c WHERE ${inForceSql})`;

// What was in force and still is keeps its beginning.
const applySql = (schema: string) => `
INSERT INTO ${schema}.control AS c (key, seq, kind, in_force, until, value)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key) DO UPDATE SET seq = excluded.seq, in_force = excluded.in_force, until = excluded.until,
  value = excluded.value, applied_at = clock_timestamp(), seen_at = NULL, reported = false, counts = '{}',
  swept_to = NULL,
  since = CASE WHEN c.in_force AND excluded.in_force AND (c.until IS NULL OR c.until > clock_timestamp())
    THEN c.since ELSE clock_timestamp() END
  WHERE c.seq < excluded.seq
RETURNING key`;
