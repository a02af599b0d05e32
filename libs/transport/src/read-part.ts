import { randomUUID } from 'node:crypto';
import { topicNames, type Topic } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import type { KafkaConfig } from './kafka.config.ts';
import { oneByOne } from './kafkajs/records-in-work.ts';
import { KeyedConsumer } from './kafkajs/keyed-consumer.ts';
import type { Offsets } from './partition/low-water.policy.ts';
import type { KafkaReading } from './reading.ts';
import type { IncomingRecord } from './record/record.ts';
import { Stopping, untilUp } from './until-up.ts';
import type { Kafka } from 'kafkajs';

export interface PartOptions {
  kafka: Kafka;
  config: KafkaConfig;
  reading: KafkaReading;
  logger: Logger;
  stopping: AbortSignal;
  /** What the names of its consumer groups begin with; each reading has its own, which is deleted after it. */
  group: string;
  topic: Topic;
  /** Per partition, as `topic/partition`: the first offset that is read. Missing: its beginning. */
  from: Offsets;
  /** Per partition: the offset before which it ends. Missing: the partition is not read. */
  to: Offsets;
  /** Repeated while it throws InfrastructureDown; any other error ends the reading. */
  each: (record: IncomingRecord) => Promise<void>;
}

/** How often it is looked for partitions that have nothing left to read, in milliseconds. */
const LOOK_MS = 5_000;

/**
 * Reads a part of a topic once, beside the groups that follow it: many records at a time, those of one key in order.
 * Resolves when every record of the part is finished. Records that are skipped or cannot be decoded are passed over.
 * @throws Stopping when the service stops; InfrastructureDown when Kafka cannot be reached; what `each` throws
 */
export async function readPart(options: PartOptions): Promise<void> {
  const { kafka, config, logger, topic, from, to, stopping, group } = options;
  const left = new Map([...to].filter(([partition, end]) => end > (from.get(partition) ?? 0)));
  if (left.size === 0) return;
  const groupId = `${group}-${randomUUID()}`;
  const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
  const leave = (partition: string) => {
    left.delete(partition);
    if (left.size === 0) resolve();
  };
  let lastAt = performance.now();
  const consumer = new KeyedConsumer({
    kafka,
    config,
    logger,
    groupId,
    topics: [topic],
    batched: topic.batched,
    startAt: from,
    handle: oneByOne(async (record) => {
      lastAt = performance.now();
      if (isPartOf(record, options)) await untilUp({ logger, stopping }, () => options.each(record));
      return true;
    }, reject),
    // Called only once everything before these offsets is finished.
    beforeCommit: (offsets) => {
      for (const [partition, offset] of offsets) if (offset >= (left.get(partition) ?? Infinity)) leave(partition);
      return Promise.resolve();
    },
  });
  const isSilent = () => performance.now() - lastAt > LOOK_MS;
  const look = () => endOfEmpty(options, [...left.keys()], isSilent).then((ended) => ended.forEach(leave), reject);
  const timer = setInterval(() => void look(), LOOK_MS);
  const onStop = () => reject(new Stopping());
  stopping.addEventListener('abort', onStop);
  try {
    if (stopping.aborted) throw new Stopping();
    await consumer.start();
    await finished;
  } finally {
    clearInterval(timer);
    stopping.removeEventListener('abort', onStop);
    await consumer.stop(0);
    await forget(kafka, groupId, logger);
  }
}

function isPartOf(
  { topicName, partition, offset, undecodable, skipped }: IncomingRecord,
  { from, to }: PartOptions,
): boolean {
  if (undecodable || skipped) return false;
  const name = `${topicName}/${partition}`;
  return offset >= (from.get(name) ?? 0) && offset < (to.get(name) ?? 0);
}

/**
 * Partitions whose end can never be reached, because its last records are gone: deleted by the retention, or, in a
 * compacted topic, tombstones that were removed.
 */
async function endOfEmpty(
  { reading, topic, config, to }: PartOptions,
  left: readonly string[],
  isSilent: () => boolean,
): Promise<string[]> {
  const { starts } = await reading.extent(topicNames(topic, config.KAFKA_TOPIC_PREFIX));
  return left.filter(
    (partition) => (starts.get(partition) ?? 0) >= (to.get(partition) ?? 0) || (topic.compacted && isSilent()),
  );
}

async function forget(kafka: Kafka, groupId: string, logger: Logger): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } catch (err) {
    logger.info({ err, groupId }, 'a consumer group that is used no more could not be deleted; it expires');
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
