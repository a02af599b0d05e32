import type { ChildProcess } from 'node:child_process';
import { inspect } from 'node:util';
import { createPool, isInfrastructureError, postgresSettings } from '#libs/persistence';
import { loadConfig } from '#libs/runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startHost, stopHost } from '../setup/host.ts';
import type { SecuredPostgres } from './postgres.host.ts';

describe('a PostgreSQL that asks for TLS', () => {
  let host: ChildProcess | undefined;
  let postgres: SecuredPostgres;
  let ca: string;
  let otherCa: string;

  beforeAll(async () => {
    ({ host, answer: postgres } = await startHost<SecuredPostgres>(
      'secure/postgres.host.ts',
      'the secured PostgreSQL',
    ));
    ({ ca, otherCa } = postgres.files);
  });
  afterAll(() => stopHost(host));

  const urlOf = (server: string, more = '') => {
    const { user, password, port, database } = postgres;
    return `postgresql://${user}:${password}@${server}:${port}/${database}${more}`;
  };

  it.each<[string, () => NodeJS.ProcessEnv]>([
    ['require asks for no authority', () => ({ DATABASE_SSL: 'require', DATABASE_URL: urlOf('localhost') })],
    ['require does not mind the name', () => ({ DATABASE_SSL: 'require', DATABASE_URL: urlOf('127.0.0.1') })],
    [
      'require does not mind what authority it is given',
      () => ({ DATABASE_SSL: 'require', DATABASE_SSL_CA_FILE: otherCa, DATABASE_URL: urlOf('localhost') }),
    ],
    [
      'require is not tightened by the URL',
      () => ({ DATABASE_SSL: 'require', DATABASE_URL: urlOf('localhost', '?sslmode=require') }),
    ],
    [
      'verify-full knows the authority and the name',
      () => ({ DATABASE_SSL: 'verify-full', DATABASE_SSL_CA_FILE: ca, DATABASE_URL: urlOf('localhost') }),
    ],
    [
      'verify-full takes the authority whatever the URL asks for',
      () => ({
        DATABASE_SSL: 'verify-full',
        DATABASE_SSL_CA_FILE: ca,
        DATABASE_URL: urlOf('localhost', '?sslmode=require'),
      }),
    ],
  ])('is reached over TLS: %s', async (_, env) => {
    expect(await encryptionOf(env())).toMatch(/^TLSv1\.[23]$/);
  });

  it.each<[string, () => NodeJS.ProcessEnv, RegExp]>([
    [
      'verify-full is not given its authority',
      () => ({ DATABASE_SSL: 'verify-full', DATABASE_URL: urlOf('localhost') }),
      /unable to (verify|get) .*certificate/i,
    ],
    [
      'verify-full is given another authority',
      () => ({ DATABASE_SSL: 'verify-full', DATABASE_SSL_CA_FILE: otherCa, DATABASE_URL: urlOf('localhost') }),
      /unable to (verify|get) .*certificate/i,
    ],
    [
      'verify-full finds another name in the certificate',
      () => ({ DATABASE_SSL: 'verify-full', DATABASE_SSL_CA_FILE: ca, DATABASE_URL: urlOf('127.0.0.1') }),
      /does not match certificate/i,
    ],
    [
      'verify-full is not loosened by the URL',
      () => ({
        DATABASE_SSL: 'verify-full',
        DATABASE_SSL_CA_FILE: otherCa,
        DATABASE_URL: urlOf('localhost', '?sslmode=no-verify'),
      }),
      /unable to (verify|get) .*certificate/i,
    ],
    [
      'verify-full is not switched off by the URL',
      () => ({
        DATABASE_SSL: 'verify-full',
        DATABASE_SSL_CA_FILE: otherCa,
        DATABASE_URL: urlOf('localhost', '?ssl=false'),
      }),
      /unable to (verify|get) .*certificate/i,
    ],
    [
      'TLS is disabled',
      () => ({ DATABASE_SSL: 'disable', DATABASE_URL: urlOf('localhost') }),
      /no pg_hba.conf entry .* no encryption/,
    ],
    [
      'the password is wrong',
      () => ({
        DATABASE_SSL: 'require',
        DATABASE_URL: urlOf('localhost').replace(postgres.password, 'not-the-password'),
      }),
      /password authentication failed/,
    ],
  ])('is waited for, and the error tells no password, when %s', async (_, env, why) => {
    const error: unknown = await encryptionOf(env()).catch((refused: unknown) => refused);
    expect(isInfrastructureError(error)).toBe(true);
    const refusal = inspect(error, { depth: 20, showHidden: true });
    expect(refusal).toMatch(why);
    expect(refusal).not.toContain(postgres.password);
    expect(refusal).not.toContain('not-the-password');
  });

  it('is not even tried when the file of its authority cannot be read', async () => {
    const env = { DATABASE_SSL: 'verify-full', DATABASE_SSL_CA_FILE: `${ca}.gone`, DATABASE_URL: urlOf('localhost') };
    await expect(encryptionOf(env)).rejects.toThrow('DATABASE_SSL_CA_FILE cannot be read (ENOENT)');
  });
});

/** The TLS version that the server itself sees on our pool's connection. */
async function encryptionOf(env: NodeJS.ProcessEnv): Promise<string> {
  const pool = createPool(loadConfig(z.object(postgresSettings), env), 'secured', () => undefined);
  try {
    const { rows } = await pool.query<{ version: string | null }>(
      'SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    );
    return rows[0]?.version ?? 'none';
  } finally {
    await pool.end();
  }
}
