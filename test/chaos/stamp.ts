import { topicName, topics } from '#libs/contracts';
import kafkajs, { type Kafka } from 'kafkajs';

const DYNAMIC_TOPIC_CONFIG = 1;

/**
 * From now on a fact bears the time at which the broker took it, not that of its producer, which may stand still with
 * it or wait for Kafka: so the checker knows what stood in the topic at what time.
 */
export async function stampOnArrival(kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topicName(topics.statusChanged, 'messaging.') };
    const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
    // What is not named is set back to its default.
    const kept = resources[0]!.configEntries.filter(
      ({ configSource }) => Number(configSource) === DYNAMIC_TOPIC_CONFIG,
    );
    const configEntries = [
      ...kept.map(({ configName: name, configValue: value }) => ({ name, value })),
      { name: 'message.timestamp.type', value: 'LogAppendTime' },
    ];
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
  } finally {
    await admin.disconnect();
  }
}
