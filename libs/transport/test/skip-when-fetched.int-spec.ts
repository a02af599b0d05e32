import { factHeaders, isOtherFact, topicName, topics } from '#libs/contracts';
import { aKafkaConfig, aTopicPrefix, eventually, KafkaTestClient, provisionTopics, silentLogger } from '#libs/testing';
import { createKafka, KafkaReading, KeyedConsumer, oneByOne, skipWhenFetched } from '#libs/transport';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';

const topic = topics.statusChanged;

describe('facts that do not concern a service', () => {
  const client = new KafkaTestClient();
  const running: KeyedConsumer[] = [];
  let clients = 0;

  afterEach(() => Promise.all(running.splice(0).map((consumer) => consumer.stop(1_000))));
  afterAll(() => client.close());

  const aClient = (prefix: string) => createKafka(aKafkaConfig(prefix), `skips-${(clients += 1)}`, silentLogger());
  const aFact = (source: 'email' | 'receipt', value: string) => ({
    value,
    partition: 0,
    headers: factHeaders({ channel: 'email', source, status: 'sent' }),
  });
  const twoOfFour = ['email', 'receipt', 'email', 'email', 'receipt', 'email'] as const;
  const aTopicWithFacts = async () => {
    const prefix = aTopicPrefix();
    await provisionTopics(prefix, [topic], 1);
    const facts = twoOfFour.map((source, index) => aFact(source, `${source} ${index}`));
    await client.produce(topicName(topic, prefix), ...facts);
    return prefix;
  };

  /** As a service configures it: skipped records are not passed to the handler. */
  async function values(kafka: Kafka, prefix: string): Promise<string[]> {
    const seen: string[] = [];
    const consumer = new KeyedConsumer({
      kafka,
      config: aKafkaConfig(prefix, { KAFKA_COMMIT_INTERVAL_MS: '50' }),
      groupId: `${prefix}readers`,
      topics: [topic],
      handle: oneByOne(({ value }) => Promise.resolve(seen.push(String(value)) > 0)),
      skip: ({ skipped }) => skipped === true,
      logger: silentLogger(),
    });
    running.push(consumer);
    await consumer.start();
    return seen;
  }

  const rule = ({ headers }: { headers: Record<string, string | undefined> }) =>
    isOtherFact(headers, { sources: ['receipt'] });

  it('are not passed to its handlers, and its offset moves over them', async () => {
    const prefix = await aTopicWithFacts();
    const kafka = aClient(prefix);
    skipWhenFetched(kafka, { prefix, rule });
    const seen = await values(kafka, prefix);
    const reading = new KafkaReading(kafka);
    try {
      await eventually(async () => {
        const extent = await reading.extent([topicName(topic, prefix)]);
        return (await reading.position(`${prefix}readers`, extent)).get(`${topicName(topic, prefix)}/0`) === 6;
      });
    } finally {
      await reading.close();
    }
    expect(seen).toEqual(['receipt 1', 'receipt 4']);
  });

  it('are passed to the handlers of another client in the same process', async () => {
    const prefix = await aTopicWithFacts();
    skipWhenFetched(aClient(prefix), { prefix, rule });
    const seen = await values(aClient(prefix), prefix);
    await eventually(() => seen.length === 6);
  });

  it('are read while everything must be read', async () => {
    const prefix = await aTopicWithFacts();
    const kafka = aClient(prefix);
    let readsAll = true;
    skipWhenFetched(kafka, { prefix, rule, readsAll: () => readsAll });
    const seen = await values(kafka, prefix);
    await eventually(() => seen.length === 6);
    readsAll = false;
    await client.produce(topicName(topic, prefix), aFact('email', 'email 6'), aFact('receipt', 'receipt 7'));
    await eventually(() => seen.length === 7);
    expect(seen.at(-1)).toBe('receipt 7');
  });
});
