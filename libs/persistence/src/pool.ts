import { readFileSync } from 'node:fs';
import { InfrastructureDown, InvalidConfiguration } from '#libs/contracts';
import type { PostgresConfig } from './postgres.config.ts';
import pg from 'pg';

export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;

// Counts and offsets fit into a double; pg would return them as strings.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** A pool of connections. A broken idle connection is only logged: the next query opens another. */
export function createPool(config: PostgresConfig, service: string, onIdleError: (error: Error) => void): Pool {
  const pool = new pg.Pool({
    connectionString: config.DATABASE_SSL === 'disable' ? config.DATABASE_URL : withoutSslMode(config.DATABASE_URL),
    max: config.DATABASE_POOL_SIZE,
    statement_timeout: config.DATABASE_STATEMENT_TIMEOUT_MS,
    query_timeout: config.DATABASE_STATEMENT_TIMEOUT_MS + 2_000,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: `messaging-${service}`,
    ...(config.DATABASE_SSL !== 'disable' && { ssl: tls(config) }),
  });
  pool.on('error', onIdleError);
  return pool;
}

/** pg lets the TLS parameters of the URL override all others: `sslmode` there would weaken or break DATABASE_SSL. */
function withoutSslMode(connection: string): string {
  if (!URL.canParse(connection)) return connection;
  const url = new URL(connection);
  for (const name of ['ssl', 'sslmode', 'uselibpqcompat']) url.searchParams.delete(name);
  return url.href;
}

function tls(config: PostgresConfig): pg.PoolConfig['ssl'] {
  return {
    rejectUnauthorized: config.DATABASE_SSL === 'verify-full',
    ...(config.DATABASE_SSL_CA_FILE && { ca: authority(config.DATABASE_SSL_CA_FILE) }),
  };
}

function authority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidConfiguration(
      `DATABASE_SSL_CA_FILE cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`,
      { cause },
    );
  }
}

/** SQLSTATE classes of errors of the server or of the login, not of the data (PostgreSQL manual, appendix A). */
const infrastructureClasses = new Set(['08', '28', '3D', '53', '57', '58', 'XX']);
/**
 * Node's codes for sockets (ECONNRESET, EPIPE: five letters, but no SQLSTATE) and for TLS (Node manual, tls: X509
 * certificate error codes).
 */
const connectionCodes =
  /^E[A-Z]+$|^ERR_(SSL|TLS)_|CERT|CRL|LEAF_SIGNATURE|^(HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;
/** Serialization failure and deadlock: the statement may be repeated. */
const repeatable = new Set(['40001', '40P01', '55P03', '25006']);

/** Errors of the connection or the server: waiting and repeating can help. */
export function isInfrastructureError(error: unknown): boolean {
  if (error instanceof InfrastructureDown) return true;
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && connectionCodes.test(code)) return true;
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
    return infrastructureClasses.has(code.slice(0, 2)) || repeatable.has(code);
  }
  // pg's own errors for a lost connection have no code.
  return error instanceof Error && /connection|timeout|terminated|Cannot use a pool/i.test(error.message);
}

/** Errors of one record's data (classes 22 and 23): repeating cannot help. */
export function isDataError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^2[23][0-9A-Z]{3}$/.test(code);
}

/** Runs database work. An error of the server becomes InfrastructureDown; all others are thrown unchanged. */
export async function database<T>(stage: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isInfrastructureError(error)) throw new InfrastructureDown('postgres', stage, { cause: error });
    throw error;
  }
}

/** One transaction: commits what `work` did, or rolls back when it throws. */
export async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const taken = await takeClient(pool);
  try {
    await taken.client.query('BEGIN');
    const result = await work(taken.client);
    await taken.client.query('COMMIT');
    taken.giveBack();
    return result;
  } catch (error) {
    const broken = await taken.client.query('ROLLBACK').then(
      () => undefined,
      (rollback: Error) => rollback,
    );
    taken.giveBack(broken);
    throw error;
  }
}

/**
 * A connection for several statements. If it breaks between two of them, pg emits an event, which would end the process
 * without a listener; the next statement fails anyway.
 */
export async function takeClient(
  pool: Pool,
): Promise<{ client: PoolClient; giveBack: (broken?: Error | boolean) => void }> {
  const client = await pool.connect();
  let lost: Error | undefined;
  const onError = (error: Error) => {
    lost = error;
  };
  client.on('error', onError);
  const giveBack = (broken?: Error | boolean) => {
    client.off('error', onError);
    client.release(broken ?? lost);
  };
  return { client, giveBack };
}
