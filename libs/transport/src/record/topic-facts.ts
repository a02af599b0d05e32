import { InfrastructureDown } from '#libs/contracts';
import kafkajs, { type Kafka } from 'kafkajs';

/**
 * How long a record of these topics can be read at most, in milliseconds: the retention plus the time of a segment,
 * since whole segments are deleted. Infinity where a topic keeps its records without limit.
 * @throws InfrastructureDown when the brokers or the topics are not there
 */
export async function longestRetention(kafka: Kafka, topicNames: readonly string[]): Promise<number> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const resources = topicNames.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: ['cleanup.policy', 'retention.ms', 'segment.ms'],
    }));
    const described = await admin.describeConfigs({ resources, includeSynonyms: false });
    const ages = described.resources.map(({ configEntries }) => {
      const textOf = (wanted: string) => configEntries.find(({ configName }) => configName === wanted)?.configValue;
      const valueOf = (wanted: string) => Number(textOf(wanted));
      const retention = valueOf('retention.ms');
      // Under another cleanup policy nothing is deleted for its age, whatever retention.ms is.
      const dropsByAge = textOf('cleanup.policy')?.includes('delete') ?? true;
      return retention < 0 || !dropsByAge ? Number.POSITIVE_INFINITY : retention + valueOf('segment.ms');
    });
    return Math.max(...ages);
  } catch (cause) {
    throw new InfrastructureDown('kafka', 'start', { cause });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/**
 * The number of partitions of each topic.
 * @throws InfrastructureDown when the brokers or the topics are not there
 */
export async function partitionCounts(kafka: Kafka, topicNames: readonly string[]): Promise<Map<string, number>> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [...topicNames] });
    return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  } catch (cause) {
    throw new InfrastructureDown('kafka', 'start', { cause });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
