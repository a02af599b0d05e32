import { createPool, migrate, type Pool, postgresSettings } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { z } from 'zod';
import { PostgresAudit } from '../src/access/audit/audit.store.ts';
import { faceNames, faceOf } from '../src/counts/faces.ts';
import { differencesOn } from '../src/counts/recount.store.ts';
import { PostgresCounts } from '../src/counts/whole-counts.store.ts';
import { PostgresPeriods } from '../src/periods/periods.store.ts';
import type { IncomingFact } from '../src/projection/fact.ts';
import { PostgresProjection } from '../src/projection/projection.store.ts';
import { PostgresWaitingFacts } from '../src/projection/waiting-facts.store.ts';
import { reportingMigrations } from '../src/reporting.migrations.ts';

/** Reporting's tables on a database of their own, with two replicas that project. */
export class CountsDatabase {
  database!: TestDatabase;
  pools!: Pool[];
  replicas!: PostgresProjection[];
  counts!: PostgresCounts;
  periods!: PostgresPeriods;
  waiting!: PostgresWaitingFacts;

  async start(): Promise<void> {
    this.database = await aDatabase();
    const settings = z.object(postgresSettings).parse({ DATABASE_URL: this.database.url, DATABASE_POOL_SIZE: '4' });
    this.pools = [0, 1].map(() => createPool(settings, 'counts-test', () => undefined));
    await migrate(this.pools[0]!, 'reporting', reportingMigrations);
    this.replicas = this.pools.map((pool) => new PostgresProjection(pool));
    const [pool] = this.pools as [Pool];
    this.counts = new PostgresCounts(pool, new PostgresAudit(pool, { info: () => undefined }));
    this.periods = new PostgresPeriods(pool);
    this.waiting = new PostgresWaitingFacts(pool, this.replicas[0]!);
  }

  async stop(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.end()));
    await this.database.drop();
  }

  async project(facts: readonly IncomingFact[]): Promise<void> {
    await Promise.all(facts.map((fact, index) => this.replicas[index % 2]!.project(fact)));
  }

  async rows<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
    return (await this.pools[0]!.query<T>(text, values)).rows;
  }

  /** Runs the rebuild to its end. @returns how many portions it took */
  async rebuild(): Promise<number> {
    await this.counts.beginRebuild({
      who: 'key:test',
      action: 'counts.rebuilt',
      target: 'counts',
      tenants: 'all',
      outcome: 'done',
    });
    let portions = 1;
    while (await this.counts.rebuildSome()) portions += 1;
    return portions;
  }

  /** On how many rows of all days the counts differ from what the messages say. */
  async differences(): Promise<number> {
    const client = await this.pools[0]!.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      const { rows } = await client.query<{ day: string }>(
        `SELECT day::text FROM reporting.message_day
         UNION SELECT (counted_hour AT TIME ZONE 'UTC')::date::text FROM reporting.message`,
      );
      let different = 0;
      for (const { day } of rows) different += await differencesOn(client, day);
      return different;
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  async empty(): Promise<void> {
    const tables = [...faceNames.map((name) => faceOf(name).table), 'attempt_hour', 'counted_value', 'gone_day'];
    const more = ['message', 'event', 'recipient', 'orphan', 'provider_reference', 'recount', 'late_day'];
    await this.rows(`TRUNCATE ${[...tables, ...more].map((table) => `reporting.${table}`).join(', ')}`);
  }
}
