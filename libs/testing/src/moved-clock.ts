import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from '#libs/persistence';
import pg from 'pg';

/**
 * A clock that a test moves, so that days pass in it: its own, as the engine takes clocks, and SQL's `now()` and
 * `clock_timestamp()` in one database. Records get the times that the test gives them: brokers have no part in it, or
 * topics with the writers' times (`provisionTopics`).
 */
export class MovedClock {
  private shiftMs = 0;
  private readonly pool: Pool;
  /** The database's own clock may differ from ours: it says where both begin. */
  private readonly aheadMs: number;

  private constructor(pool: Pool, aheadMs: number) {
    this.pool = pool;
    this.aheadMs = aheadMs;
  }

  /**
   * Puts functions of the same names before PostgreSQL's own. To be called before anything else connects to the
   * database, which keeps them.
   */
  static async in(url: string, pool: () => Pool): Promise<MovedClock> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(functionsSql(new URL(url).pathname.slice(1)));
      const { rows } = await client.query<{ now: number }>(
        'SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::float8 AS now',
      );
      return new MovedClock(pool(), rows[0]!.now - Date.now());
    } finally {
      await client.end();
    }
  }

  /**
   * Makes the defaults and functions of a migrated schema use it as well: they were bound to PostgreSQL's own
   * as they were made.
   */
  async adopt(schema: string): Promise<void> {
    const { rows } = await this.pool.query<{ statement: string }>(boundSql, [schema]);
    for (const { statement } of rows) await this.pool.query(statement);
  }

  /** Moves everything on by so many milliseconds. */
  async pass(ms: number): Promise<void> {
    this.shiftMs += ms;
    await this.pool.query(`UPDATE test_clock.shift SET by = $1::bigint * interval '1 millisecond'`, [this.shiftMs]);
  }

  /** Milliseconds since 1970. */
  now = (): number => Date.now() + this.aheadMs + this.shiftMs;

  /** Milliseconds of a clock that never goes back, and that moves with it. */
  steady = (): number => performance.timeOrigin + performance.now() + this.shiftMs;

  /** What waits in memory waits in real time. */
  wait = async (ms: number, signal?: AbortSignal): Promise<void> => {
    await delay(ms, undefined, { signal });
  };
}

// In the way of all but what says pg_catalog: the path is searched before it only where it names it. STABLE, as the
// originals are, so that indexes serve.
const functionsSql = (database: string) => `
CREATE SCHEMA test_clock;
CREATE TABLE test_clock.shift (by interval NOT NULL);
INSERT INTO test_clock.shift VALUES ('0');
CREATE FUNCTION test_clock.now() RETURNS timestamptz LANGUAGE sql STABLE
  AS 'SELECT pg_catalog.now() + (SELECT by FROM test_clock.shift)';
CREATE FUNCTION test_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
  AS 'SELECT pg_catalog.clock_timestamp() + (SELECT by FROM test_clock.shift)';
ALTER DATABASE ${database} SET search_path TO test_clock, pg_catalog, public`;

const boundSql = `
SELECT format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', c.oid::regclass, a.attname,
         regexp_replace(pg_get_expr(d.adbin, d.adrelid), '(pg_catalog\\.)?(now|clock_timestamp)\\(\\)',
           'test_clock.\\2()', 'g')) AS statement
  FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
 WHERE n.nspname = $1 AND pg_get_expr(d.adbin, d.adrelid) ~ '(now|clock_timestamp)\\(\\)'
UNION ALL
SELECT format('ALTER FUNCTION %s SET search_path TO test_clock, pg_catalog, %I', p.oid::regprocedure, $1::text)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1`;
