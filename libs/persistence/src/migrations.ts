import { SchemaBehind } from '#libs/contracts';
import { type Pool, type PoolClient, takeClient } from './pool.ts';
import { Umzug } from 'umzug';

export interface Migration {
  /** Defines the order, such as `001-ledger`. Never renamed after a release. */
  name: string;
  /** Runs with the search path set to the service's schema. */
  sql: string;
}

/**
 * Migrates one service's schema; replicas that start together take turns.
 * @returns the names of the migrations that were applied now.
 */
export async function migrate(pool: Pool, schema: string, migrations: readonly Migration[]): Promise<string[]> {
  const { client, giveBack } = await takeClient(pool);
  try {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [`migrate:${schema}`]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await client.query(`SET search_path TO ${schema}`);
    await client.query(
      'CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const applied = await runner(client, migrations).up();
    return applied.map((migration) => migration.name);
  } finally {
    // The connection holds the lock and the search path, so it must not return to the pool.
    giveBack(true);
  }
}

/** The names of the migrations that a schema lacks: all of them where there is no schema. Changes nothing. */
export async function pendingMigrations(
  pool: Pool,
  schema: string,
  migrations: readonly Migration[],
): Promise<string[]> {
  const { rows } = await pool.query<{ there: boolean }>(`SELECT to_regclass($1) IS NOT NULL AS there`, [
    `${schema}.migration`,
  ]);
  const applied = rows[0]?.there ? await executed(pool, `${schema}.migration`) : [];
  return migrations.map(({ name }) => name).filter((name) => !applied.includes(name));
}

/** @throws SchemaBehind while a schema lacks any of them; changes nothing. */
export async function requireSchema(pool: Pool, schema: string, migrations: readonly Migration[]): Promise<void> {
  const missing = await pendingMigrations(pool, schema, migrations);
  if (missing.length > 0) throw new SchemaBehind(schema, missing);
}

async function executed(from: Pool | PoolClient, table: string): Promise<string[]> {
  return (await from.query<{ name: string }>(`SELECT name FROM ${table}`)).rows.map(({ name }) => name);
}

function runner(client: PoolClient, migrations: readonly Migration[]): Umzug<PoolClient> {
  return new Umzug<PoolClient>({
    context: client,
    logger: undefined,
    migrations: migrations.map(({ name, sql }) => ({
      name,
      up: async () => {
        await client.query(`BEGIN; ${sql}; INSERT INTO migration (name) VALUES ('${name}'); COMMIT`);
      },
    })),
    storage: {
      logMigration: () => Promise.resolve(),
      unlogMigration: () => Promise.resolve(),
      executed: () => executed(client, 'migration'),
    },
  });
}
