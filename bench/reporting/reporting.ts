import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool, postgresSettings } from '#libs/persistence';
import { z } from 'zod';
import { freePorts } from '../../test/setup/free-ports.ts';
import type { Bench } from '../bench.ts';
import { rounded } from '../figures.ts';
import { Child } from '../foundation/child.ts';
import { thisProduct, type Product } from '../product/product.ts';
import { Ingest } from './ingest.ts';

const READY_WITHIN_MS = 60_000;
const FRESHNESS_FOR_MS = 20_000;

/**
 * How fast reporting takes facts in, and how long its answers take on so many messages. The service is compiled, a
 * process of its own, with all settings at their defaults.
 * @param ingest messages whose four facts go through Kafka
 */
export async function reporting(
  bench: Bench,
  { messages, ingest }: { messages: number; ingest: number },
): Promise<object> {
  const product = await thisProduct(bench);
  bench.say(`loading ${messages} messages with four facts each, and asking`);
  const answers = await answersOf(bench, messages);
  const pool = createPool(
    z.object(postgresSettings).parse({ DATABASE_URL: product.databaseUrl, DATABASE_POOL_SIZE: '2' }),
    'bench',
    () => undefined,
  );
  const publisher = await Ingest.connect(product.upstream.kafka, product.prefix, pool);
  bench.say(`publishing ${ingest} messages, which reporting then reads`);
  await publisher.publish(ingest);
  const service = await started(bench, product);
  const perSecond = await publisher.perSecond(ingest);
  bench.say(`${Math.round(perSecond)} facts a second; freshness follows`);
  const freshness = await publisher.freshnessMs(FRESHNESS_FOR_MS);
  await publisher.close();
  await service.stop('SIGTERM');
  await pool.end();
  return {
    ingestPerS: rounded(perSecond),
    ...answers,
    freshnessMsP99: rounded(freshness),
    messages,
    othersShare: rounded(bench.othersShare, 2),
  };
}

async function answersOf({ foundation, closers }: Bench, messages: number): Promise<object> {
  const env = { MESSAGES: String(messages), DATABASE_URL: foundation.databaseUrl };
  const peer = new Child(join(import.meta.dirname, 'reporting.peer.ts'), { env }, closers);
  const { figures } = await peer.next('figures');
  await peer.stop('SIGKILL');
  return figures;
}

/** @throws Error when it is not ready within a minute */
async function started({ foundation, closers }: Bench, product: Product): Promise<Child> {
  const [port] = (await freePorts(1)) as [string];
  const service = new Child(
    join(product.root, 'dist', 'apps', 'reporting', 'src', 'main.js'),
    {
      log: join(foundation.dataDir, 'logs', 'reporting.log'),
      node: product.image.node,
      env: {
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: port,
        METRICS_PORT: '0',
        KAFKA_BROKERS: foundation.kafkaBrokers,
        KAFKA_TOPIC_PREFIX: product.prefix,
        DATABASE_URL: product.databaseUrl,
        RECIPIENT_HASH_KEY: 'only for the bench',
        OTEL_SDK_DISABLED: 'true',
        ...product.image.env,
      },
    },
    closers,
  );
  for (const until = performance.now() + READY_WITHIN_MS; performance.now() < until; await delay(100)) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => undefined);
    if (answer?.ok) return service;
  }
  throw new Error(`reporting was not ready within ${READY_WITHIN_MS / 1_000} s`);
}
