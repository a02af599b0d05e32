import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Finding, findingsOf } from '#libs/providers';
import { topicName, topics } from '#libs/contracts';
import { patchKafkaJs } from '#libs/transport';
import type { Admin, IHeaders, Kafka } from 'kafkajs';
import { createKafka, topicPrefixOf } from '../kafka/kafka-client.ts';
import { reasonOf } from '../errors.ts';
import type { Env } from '../environment/env.ts';
import { platformChecks } from './platform.checks.ts';

const say = findingsOf(platformChecks);
const DAY_MS = 86_400_000;
const LOOKED_BACK_MS = 7 * DAY_MS;
/** The number of records read of each partition: the topic contains more than batches, and a person waits. */
const MOST_RECORDS = 5_000;
const WITHIN_MS = 15_000;
const MOST_NAMED = 4;

interface Batch {
  range: string;
  fault: string;
  at: number;
}

/**
 * Checks whether batches that could not be decoded were quarantined lately: their records are lost until their producer
 * publishes them again.
 */
export async function examineUndecodable(env: Env): Promise<Finding> {
  try {
    const batches = await recentBatches(createKafka(env, 'doctor'), topicPrefixOf(env), Date.now() - LOOKED_BACK_MS);
    if (batches.length === 0) return say.ok('kafka.undecodable', 'none in the last 7 days');
    const named = batches
      .toSorted((a, b) => b.at - a.at)
      .slice(0, MOST_NAMED)
      .map(({ range, fault, at }) => `${range} (${fault}, ${new Date(at).toISOString()})`);
    const seen = `${batches.length} in the last 7 days, the last ones: ${named.join('; ')}`;
    return batches.some(({ at }) => at > Date.now() - DAY_MS)
      ? say.fail('kafka.undecodable', seen)
      : say.warn('kafka.undecodable', seen);
  } catch (error) {
    return say.skipped('kafka.undecodable', `messaging.unreadable cannot be read: ${reasonOf(error)}`);
  }
}

async function recentBatches(kafka: Kafka, prefix: string, since: number): Promise<Batch[]> {
  patchKafkaJs();
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topic = topicName(topics.unreadable, prefix);
    const ranges = await rangesToRead(admin, topic, since);
    const found: Batch[] = [];
    if (ranges.length > 0)
      await read(kafka, admin, { topic, groupId: `${prefix}doctor-${randomUUID()}`, ranges }, (headers) =>
        found.push(...batchOf(headers)),
      );
    return found.filter(({ at }) => at >= since);
  } finally {
    await admin.disconnect();
  }
}

interface PartitionRange {
  partition: number;
  from: number;
  /** Just after the last record. */
  end: number;
}

async function rangesToRead(admin: Admin, topic: string, since: number): Promise<PartitionRange[]> {
  const [ends, starts] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchTopicOffsetsByTimestamp(topic, since),
  ]);
  return ends.flatMap(({ partition, high }) => {
    const end = Number(high);
    const start = Number(starts.find((each) => each.partition === partition)?.offset ?? end);
    return start < 0 || start >= end ? [] : [{ partition, from: Math.max(start, end - MOST_RECORDS), end }];
  });
}

/** Reads these partitions to their ends, in a group of its own that is deleted afterwards. */
async function read(
  kafka: Kafka,
  admin: Admin,
  { topic, groupId, ranges }: { topic: string; groupId: string; ranges: PartitionRange[] },
  take: (headers: IHeaders) => void,
): Promise<void> {
  const left = new Map(ranges.map(({ partition, end }) => [partition, end]));
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  const done = Promise.withResolvers<void>();
  const late = delay(WITHIN_MS, undefined, { ref: false }).then(() =>
    Promise.reject(new Error(`it was not read within ${WITHIN_MS / 1_000} s`)),
  );
  for (const promise of [done.promise, late]) promise.catch(() => undefined);
  try {
    await consumer.connect();
    await consumer.subscribe({ topic });
    // The group's coordinator may have to be found first: until then seeking fails.
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || done.reject(payload.error));
    // The end of a batch, not its last record: the marker of a transaction is never returned.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      if (Number(payload.lastOffset) + 1 >= (left.get(payload.partition) ?? 0)) left.delete(payload.partition);
      if (left.size === 0) done.resolve();
    });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ partition, message }) =>
        Promise.resolve(left.has(partition) && take(message.headers ?? {})).then(() => undefined),
    });
    await Promise.race([joined, late]);
    for (const { partition, from } of ranges) consumer.seek({ topic, partition, offset: String(from) });
    await Promise.race([done.promise, late]);
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await admin.deleteGroups([groupId]).catch(() => undefined);
  }
}

function batchOf(headers: IHeaders): Batch[] {
  const headerOf = (name: string) => String(headers[name] ?? '');
  if (headerOf('x-error-code') !== 'MSG_UNDECODABLE_BATCH') return [];
  const offsets = `${headerOf('x-origin-offset')}-${headerOf('x-origin-last-offset')}`;
  const range = `${headerOf('x-origin-topic')}/${headerOf('x-origin-partition')} ${offsets}`;
  return [{ range, fault: headerOf('x-batch-fault'), at: Date.parse(headerOf('x-quarantined-at')) }];
}
