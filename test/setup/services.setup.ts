import type { ChildProcess } from 'node:child_process';
import { startHost } from './host.ts';

declare global {
  /** Set for the teardown, which runs in the same process. */
  var servicesHost: ChildProcess | undefined;
}

/** Jest runs this once before the first integration test. Services that run already can be given by both variables. */
export default async function startServices(): Promise<void> {
  if (process.env['TEST_DATABASE_URL'] && process.env['TEST_KAFKA_BROKERS']) return;
  const { host, answer } = await startHost<{ databaseUrl: string; kafkaBrokers: string }>(
    'setup/services.host.ts',
    'the services for the integration tests',
  );
  process.env['TEST_DATABASE_URL'] = answer.databaseUrl;
  process.env['TEST_KAFKA_BROKERS'] = answer.kafkaBrokers;
  globalThis.servicesHost = host;
}
