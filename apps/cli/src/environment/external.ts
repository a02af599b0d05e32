import { createPool, type Pool, postgresSettings } from '#libs/persistence';
import { z } from 'zod';
import { createKafka } from '../kafka/kafka-client.ts';
import { reasonOf, CliError } from '../errors.ts';
import type { Env } from './env.ts';

/** @throws CliError when the broker given by KAFKA_BROKERS does not answer */
export async function requireBroker(env: Env): Promise<void> {
  const admin = createKafka(env, 'start').admin({ retry: { retries: 2 } });
  try {
    await admin.connect();
    await admin.describeCluster();
  } catch (cause) {
    throw new CliError(
      `Kafka at ${env['KAFKA_BROKERS']} (KAFKA_BROKERS) cannot be used: ${reasonOf(cause)}`,
      [
        'start that broker, or correct KAFKA_BROKERS (and KAFKA_SSL…, KAFKA_SASL…, if it asks for them)',
        'unset KAFKA_BROKERS to have a local one started (needs a JDK 17+ and Maven)',
      ],
      { cause },
    );
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/**
 * Connects as the services will, TLS included.
 * @throws CliError when the database given by DATABASE_URL does not answer
 */
export async function requireDatabase(url: string, env: Env): Promise<void> {
  try {
    await withDatabase(url, env, (pool) => pool.query('SELECT 1'));
  } catch (cause) {
    throw new CliError(
      `PostgreSQL at ${withoutPassword(url)} (DATABASE_URL) cannot be used: ${reasonOf(cause)}`,
      [
        'start that database, or correct DATABASE_URL (postgresql://user:password@host:5432/database), and ' +
          'DATABASE_SSL if it asks for TLS',
        'unset DATABASE_URL to have a local one started',
      ],
      { cause },
    );
  }
}

/** Runs work on a database with the services' settings, TLS included. */
export async function withDatabase<T>(url: string, env: Env, work: (pool: Pool) => Promise<T>): Promise<T> {
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name in postgresSettings && value));
  const pool = createPool(z.object(postgresSettings).parse({ ...given, DATABASE_URL: url }), 'start', () => undefined);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** Host and database of a connection, without the password. */
export function withoutPassword(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `${host}${pathname}`;
  } catch {
    return 'an address that cannot be read';
  }
}
