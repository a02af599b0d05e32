import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { channelRegistry, StatusChanged, topicName, topics } from '#libs/contracts';
import { Partitioners, type EachMessagePayload, type Kafka } from 'kafkajs';
import type { SendOrder } from './order.ts';

/** Reads the facts of one message from the status topic. */
export interface Follower {
  /** Ends it and deletes its consumer group. */
  close(): Promise<void>;
}

/**
 * Calls `onFact` with every fact about one message, from now on. It reads from the present ends of the partitions, so
 * nothing that is published after this resolves is missed.
 */
export async function follow(
  kafka: Kafka,
  prefix: string,
  order: SendOrder,
  onFact: (fact: StatusChanged) => void,
  onCrash: (error: Error) => void,
): Promise<Follower> {
  const topic = topicName(topics.statusChanged, prefix);
  const groupId = `${prefix}send-${randomUUID()}`;
  const codecs = import('#libs/transport').then(({ patchKafkaJs }) => patchKafkaJs());
  const admin = kafka.admin();
  await admin.connect();
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, sessionTimeout: 10_000, rebalanceTimeout: 10_000 });
  const close = async () => {
    await consumer.disconnect().catch(() => undefined);
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  };
  try {
    const ends = await admin.fetchTopicOffsets(topic);
    await consumer.connect();
    await consumer.subscribe({ topic });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    consumer.on(consumer.events.CRASH, ({ payload }) => onCrash(payload.error));
    // Imported in parallel with the first requests, because it takes longer than they do.
    await codecs;
    await consumer.run({ autoCommit: false, eachMessage: async (payload) => deliver(payload, order, onFact) });
    for (const { partition, high } of ends) consumer.seek({ topic, partition, offset: high });
    await Promise.race([
      joined,
      sleep(15_000, undefined, { ref: false }).then(() =>
        Promise.reject(new Error('the broker did not let us follow the statuses')),
      ),
    ]);
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

function deliver(
  { message }: EachMessagePayload,
  { channel, tenant, messageId }: SendOrder,
  onFact: (fact: StatusChanged) => void,
): void {
  let value: unknown;
  try {
    value = JSON.parse(message.value?.toString('utf8') ?? '');
  } catch {
    // Records of others that cannot be read do not matter here.
    return;
  }
  const fact = StatusChanged.safeParse(value);
  if (fact.success && fact.data.channel === channel && fact.data.tenant === tenant && fact.data.messageId === messageId)
    onFact(fact.data);
}

/**
 * Publishes a request as any upstream does.
 * @returns its trace id
 */
export async function publish(kafka: Kafka, prefix: string, order: SendOrder): Promise<string> {
  const traceId = randomBytes(16).toString('hex');
  const of = channelRegistry[order.channel].requested;
  const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({
      topic: topicName(of, prefix, order.lane),
      acks: -1,
      messages: [
        { key: order.messageId, value: JSON.stringify(order.request), headers: headersOf(order, of.name, traceId) },
      ],
    });
  } finally {
    await producer.disconnect();
  }
  return traceId;
}

/** CloudEvents attributes (binary mode of its Kafka binding) and W3C trace context. */
const headersOf = (order: SendOrder, topic: string, traceId: string): Record<string, string> => ({
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_id: `${order.tenant}/${order.channel}/${order.messageId}`,
  ce_source: '/messaging/cli',
  ce_type: `messaging.${topic}`,
  ce_time: new Date().toISOString(),
  traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
});
