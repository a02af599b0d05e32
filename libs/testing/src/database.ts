import { randomBytes } from 'node:crypto';
import { createPool, type Pool, postgresSettings } from '#libs/persistence';
import { given } from './services.ts';
import pg from 'pg';
import { z } from 'zod';

export interface TestDatabase {
  url: string;
  /** One pool, created at the first call and ended by `drop`. */
  pool(): Pool;
  drop(): Promise<void>;
}

/** An empty database of its own, on the PostgreSQL server of the integration tests. */
export async function aDatabase(): Promise<TestDatabase> {
  const server = given('TEST_DATABASE_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).toString();
  await statement(server, `CREATE DATABASE ${name}`);
  let pool: Pool | undefined;
  return {
    url,
    pool: () => (pool ??= aPool(url)),
    drop: async () => {
      await pool?.end();
      await statement(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

function aPool(url: string): Pool {
  // An idle connection breaks only when its database is dropped.
  return createPool(z.object(postgresSettings).parse({ DATABASE_URL: url }), 'test', () => undefined);
}

async function statement(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
