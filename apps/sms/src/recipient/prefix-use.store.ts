import { database, type MicroBatch, microBatch, type Migration, type Pool } from '#libs/persistence';
import type { Jobs } from '#libs/runtime';
import { PrefixUse, type Use } from './prefix-use.port.ts';

export const prefixUseMigration: Migration = {
  name: '101-sms-prefix-use',
  sql: `
    CREATE TABLE prefix_use (
      prefix text NOT NULL,
      hour timestamptz NOT NULL,
      asked bigint NOT NULL,
      PRIMARY KEY (prefix, hour)
    ) WITH (fillfactor = 50)`,
};

interface Row {
  prefix: string;
  asked: number;
  ends_in_ms: number;
}

const HOUR_MS = 3_600_000;

/**
 * One row per prefix and hour, by the database's clock. Refused messages are counted too, so that a row shows the
 * demand.
 */
export class PostgresPrefixUse extends PrefixUse {
  private readonly pool: Pool;
  private readonly counts: MicroBatch<string, Use>;

  constructor(pool: Pool, jobs: Pick<Jobs, 'add'>) {
    super();
    this.pool = pool;
    this.counts = microBatch({ size: 500, lingerMs: 1 }, (prefixes) =>
      database('budget', () => this.countAll(prefixes)),
    );
    jobs.add({ name: 'prefix use', everyMs: HOUR_MS, round: () => this.cleanup() });
  }

  count(prefix: string): Promise<Use> {
    return this.counts.add(prefix);
  }

  private async countAll(prefixes: readonly string[]): Promise<Use[]> {
    const wanted = new Map<string, number>();
    for (const prefix of prefixes) wanted.set(prefix, (wanted.get(prefix) ?? 0) + 1);
    const { rows } = await this.pool.query<Row>({
      name: 'prefix-use',
      text: countSql,
      values: [[...wanted.keys()], [...wanted.values()]],
    });
    const uses = new Map(
      rows.map((row) => [row.prefix, { asked: row.asked - wanted.get(row.prefix)!, endsInMs: row.ends_in_ms }]),
    );
    return prefixes.map((prefix) => {
      const use = uses.get(prefix)!;
      use.asked += 1;
      return { ...use };
    });
  }

  /** Past hours are kept for two days, for people. */
  private async cleanup(): Promise<void> {
    await database('budget', () =>
      this.pool.query(`DELETE FROM sms.prefix_use WHERE hour < now() - interval '2 days'`),
    );
  }
}

// Prefixes in order, so that two replicas never deadlock.
const countSql = `
INSERT INTO sms.prefix_use AS u (prefix, hour, asked)
SELECT prefix, date_trunc('hour', clock_timestamp()), asked FROM unnest($1::text[], $2::bigint[]) AS t(prefix, asked)
  ORDER BY prefix
ON CONFLICT (prefix, hour) DO UPDATE SET asked = u.asked + excluded.asked
RETURNING prefix, asked, greatest(0, extract(epoch
  FROM hour + interval '1 hour' - clock_timestamp()) * 1000)::float8 AS ends_in_ms`;
