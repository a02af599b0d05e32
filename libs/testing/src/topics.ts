import { randomBytes } from 'node:crypto';
import { type Topic, topicNames, topics } from '#libs/contracts';
import { eventually } from './eventually.ts';
import { withAdmin } from './kafka.ts';

/** A prefix for all topics and groups of one test file, so that it sees no records of others. */
export const aTopicPrefix = (): string => `test-${randomBytes(5).toString('hex')}.`;

/**
 * Creates topics of the map (default: all) under a prefix, with few partitions. `writersTime`: with producers'
 * timestamps, as on a broker with default settings.
 */
export async function provisionTopics(
  prefix: string,
  wanted: readonly Topic[] = Object.values(topics),
  numPartitions = 2,
  writersTime = false,
): Promise<void> {
  const names = wanted.flatMap((topic) => topicNames(topic, prefix));
  await withAdmin(async (admin) => {
    await admin.createTopics({
      // kafkajs waits for leaders only where the broker knows the topic already, and fails where it does not yet.
      waitForLeaders: false,
      topics: wanted.flatMap((topic) =>
        topicNames(topic, prefix).map((name) => ({
          topic: name,
          numPartitions,
          replicationFactor: 1,
          configEntries: [
            { name: 'max.message.bytes', value: String(topic.maxBytes) },
            { name: 'cleanup.policy', value: topic.compacted ? 'compact' : 'delete' },
            ...(topic.brokerTime && !writersTime ? [{ name: 'message.timestamp.type', value: 'LogAppendTime' }] : []),
          ],
        })),
      ),
    });
    // Leaders are elected a moment after the creation: waiting for them saves the first write a retry.
    await eventually(() => admin.fetchTopicMetadata({ topics: names }), { what: 'the leaders of new topics' });
    // Metadata alone is not enough: a partition whose leader is not active yet refuses writes, and kafkajs then writes
    // to the other partitions a second time.
    await Promise.all(names.map((name) => admin.fetchTopicOffsets(name)));
  });
}
