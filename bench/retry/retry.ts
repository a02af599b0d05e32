import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { rounded } from '../figures.ts';
import { Child } from '../foundation/child.ts';

const SCRIPTS = import.meta.dirname;

export interface RetryOptions {
  messages: number;
  /** Only how late a single plan is, alone and beside many that are paused. */
  lateness?: boolean | undefined;
}

/** How fast retry keeps and releases plans, beside graphile-worker on the same database and Kafka. */
export async function retry(bench: Bench, { messages, lateness }: RetryOptions): Promise<object> {
  const ours = await figuresOf(bench, 'retry.peer.ts', messages, lateness);
  if (lateness) return { ...ours, othersShare: rounded(bench.othersShare, 2) };
  bench.say('retry is measured; graphile-worker follows');
  const graphileWorker = await figuresOf(bench, 'graphile-worker.peer.ts', messages);
  return { ...ours, graphileWorker, messages, othersShare: rounded(bench.othersShare, 2) };
}

async function figuresOf(
  { foundation, closers }: Bench,
  script: string,
  messages: number,
  onlyLateness = false,
): Promise<object> {
  const env = {
    ONLY_LATENESS: String(onlyLateness),
    MESSAGES: String(messages),
    DATABASE_URL: foundation.databaseUrl,
    KAFKA_BROKERS: foundation.kafkaBrokers,
    KAFKA_TOPIC_PREFIX: 'bench-retry.',
    DATABASE_STATEMENT_TIMEOUT_MS: '600000',
  };
  const peer = new Child(join(SCRIPTS, script), { env }, closers);
  const { figures } = await peer.next('figures');
  await peer.stop('SIGKILL');
  return figures;
}
