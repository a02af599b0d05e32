import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import type { UpstreamRecord } from './messages.policy.ts';

export interface PublishOptions {
  /** Spread evenly over this time, in milliseconds. */
  ms: number;
  signal: AbortSignal;
  /** Kafka has acknowledged these. */
  acknowledged?: (records: readonly UpstreamRecord[]) => void;
}

const TICK_MS = 100;
/** A broker that is away for longer than this will not come back. */
const TIMEOUT_MS = 120_000;

/**
 * Publishes in order, as a careful upstream does: what Kafka has not acknowledged is published again, so that a broken
 * answer makes repeats. @returns the ids that Kafka has acknowledged
 */
export async function publish(
  kafka: Kafka,
  records: readonly UpstreamRecord[],
  { ms, signal, acknowledged: inform }: PublishOptions,
): Promise<Set<string>> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  const acknowledged = new Set<string>();
  const start = performance.now();
  try {
    for (let from = 0; from < records.length && !signal.aborted;) {
      const due = Math.ceil(records.length * Math.min(1, (performance.now() - start + TICK_MS) / ms));
      const batch = records.slice(from, Math.max(from, due));
      await untilAcknowledged(producer, batch, signal);
      for (const { messageId } of batch) acknowledged.add(messageId);
      inform?.(batch);
      from += batch.length;
      await delay(TICK_MS);
    }
  } finally {
    await producer.disconnect().catch(() => undefined);
  }
  return acknowledged;
}

async function untilAcknowledged(
  producer: Producer,
  batch: readonly UpstreamRecord[],
  signal: AbortSignal,
): Promise<void> {
  if (batch.length === 0) return;
  const topicMessages = Object.entries(Object.groupBy(batch, ({ topic }) => topic)).map(([topic, records = []]) => ({
    topic,
    messages: records.map(({ key, value }) => ({ key, value })),
  }));
  const end = performance.now() + TIMEOUT_MS;
  for (;;) {
    try {
      await producer.connect();
      await producer.sendBatch({ acks: -1, topicMessages });
      return;
    } catch (error) {
      signal.throwIfAborted();
      // kafkajs calls a refused connection not retriable once its inner retries are used up: only time tells.
      if (performance.now() > end) throw error;
      await delay(500);
    }
  }
}
