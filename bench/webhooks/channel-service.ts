import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../test/free-ports.ts';
import type { Bench } from '../bench.ts';
import { Child } from '../foundation/child.ts';

const dist = join(import.meta.dirname, '..', '..', 'dist', 'apps');
const START_WITHIN_MS = 60_000;

/** The email or the sms service as it ships: compiled, a process of its own, ready for webhooks. */
export async function startChannel({ foundation, closers }: Bench, app: 'email' | 'sms', env: Record<string, string>): Promise<string> {
  const [port] = (await freePorts(1)) as [string];
  const log = join(foundation.dataDir, 'logs', `${app}.log`);
  new Child(join(dist, app, 'src', 'main.js'), {
    log,
    node: ['--enable-source-maps', '--max-semi-space-size=16'],
    env: {
      HTTP_HOST: '127.0.0.1', HTTP_PORT: port, KAFKA_BROKERS: foundation.kafkaBrokers, KAFKA_TOPIC_PREFIX: 'bench.', DATABASE_URL: foundation.databaseUrl,
      RECIPIENT_HASH_KEY: 'only for the bench', OTEL_SDK_DISABLED: 'true', ...env,
    },
  }, closers); // prettier-ignore
  const url = `http://127.0.0.1:${port}`;
  for (const end = performance.now() + START_WITHIN_MS; performance.now() < end; await delay(200)) {
    const ready = await fetch(`${url}/health/ready`).then(({ ok }) => ok, () => false); // prettier-ignore
    if (ready) return url;
  }
  throw new Error(`the ${app} service is not ready after ${START_WITHIN_MS / 1_000} s:\n${readFileSync(log, 'utf8').trimEnd().split('\n').slice(-8).join('\n')}`);
}
