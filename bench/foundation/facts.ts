import { StatusChanged, topicName, topics } from '#libs/contracts';
import type { Kafka } from 'kafkajs';
import type { Closers } from './closers.ts';

/** Passes each status fact on as soon as it is published, from the beginning of its topic on. */
export async function followFacts(
  kafka: Kafka,
  prefix: string,
  closers: Closers,
  each: (fact: StatusChanged) => void,
): Promise<void> {
  const consumer = kafka.consumer({ groupId: `bench-facts-${process.pid}`, maxWaitTimeInMs: 500 });
  await consumer.connect();
  closers.add(() => consumer.disconnect());
  await consumer.subscribe({ topics: [topicName(topics.statusChanged, prefix)], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ message }) => {
      each(StatusChanged.parse(JSON.parse(String(message.value))));
      return Promise.resolve();
    },
  });
}
