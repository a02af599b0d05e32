import { setTimeout as delay } from 'node:timers/promises';
import { topicName, topics } from '#libs/contracts';
import {
  aKafkaConfig,
  aTopicPrefix,
  eventually,
  kafkaBrokers,
  KafkaTestClient,
  provisionTopics,
  silentLogger,
  withAdmin,
} from '#libs/testing';
import { createKafka, KeyedConsumer, oneByOne } from '#libs/transport';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Wire } from './wire.ts';

const topic = topics.statusChanged;

/**
 * What an operator's mistake looks like: the group may not be used any more, for a moment. kafkajs gives up for good.
 */
const GROUP_AUTHORIZATION_FAILED = 30;

describe('a consumer whose connection', () => {
  const client = new KafkaTestClient();
  let prefix: string;
  let wire: Wire;
  let consumer: KeyedConsumer;
  let seen: Set<string>;
  let gate: Promise<void>;

  beforeEach(async () => {
    prefix = aTopicPrefix();
    seen = new Set();
    gate = Promise.resolve();
    await provisionTopics(prefix, [topic], 2);
    wire = await Wire.to(kafkaBrokers());
    const config = aKafkaConfig(prefix, {
      KAFKA_COMMIT_INTERVAL_MS: '50',
      KAFKA_SESSION_TIMEOUT_MS: '6000',
      KAFKA_PARTITION_WINDOW: '1',
    });
    consumer = new KeyedConsumer({
      kafka: createKafka(config, 'test', silentLogger(), wire.socketFactory),
      config,
      groupId: `${prefix}readers`,
      topics: [topic],
      silentMs: 4_000,
      logger: silentLogger(),
      handle: oneByOne(async ({ value }) => {
        seen.add(value!.toString().slice(0, 10).trim());
        await gate;
        return true;
      }),
    });
    await consumer.start();
    await produce('first');
    await comes('first');
  });
  afterEach(async () => {
    await consumer.stop(0);
    await wire.close();
    // What hung on the wire fails only now.
    await consumer.stop(0);
    await delay(500);
  });
  afterAll(() => client.close());

  const produce = (name: string, size = 0) =>
    client.produce(topicName(topic, prefix), { value: name.padEnd(10) + 'x'.repeat(size) });
  const comes = (name: string, timeoutMs = 10_000) =>
    eventually(() => seen.has(name), { timeoutMs, what: `the ${name} record` });

  it('breaks inside an answer reads the next answers from their beginning', async () => {
    const cut = wire.cutInsideNextFetch();
    await produce('large', 500_000);
    await cut;
    // Far less than the 30 s after which a request is given up: no answer may be taken for the rest of the broken one.
    await comes('large', 8_000);
    await produce('later');
    await comes('later', 5_000);
  });

  it('falls silent is replaced, and nothing is lost', async () => {
    wire.silence();
    await produce('silent');
    await comes('silent', 25_000);
    await eventually(() => consumer.isMember, { what: 'membership' });
  });

  it('is refused for good, as kafkajs sees it, starts again', async () => {
    await wire.failNextHeartbeat(GROUP_AUTHORIZATION_FAILED);
    await eventually(() => !consumer.isMember, { what: 'the loss', everyMs: 5 });
    await produce('refused');
    await comes('refused', 20_000);
    await eventually(() => consumer.isMember, { what: 'membership' });
  });

  it('is refused while its window is full commits again afterwards', async () => {
    const opened = Promise.withResolvers<void>();
    gate = opened.promise;
    await produce('held');
    await comes('held');
    await wire.failNextHeartbeat(GROUP_AUTHORIZATION_FAILED);
    await eventually(() => !consumer.isMember, { what: 'the loss', everyMs: 5 });
    await eventually(() => consumer.isMember, { timeoutMs: 20_000, what: 'membership' });
    opened.resolve();
    await produce('later');
    await comes('later');
    await eventually(
      async () => {
        const [committed] = await withAdmin((admin) =>
          admin.fetchOffsets({ groupId: `${prefix}readers`, topics: [topicName(topic, prefix)] }),
        );
        return committed!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0) === 3;
      },
      { what: 'the commit of all three records' },
    );
  });

  it('is silent for good stops all the same, within what the platform leaves after the grace', async () => {
    await produce('last');
    await comes('last');
    wire.silenceAll();
    await delay(100);
    const begun = performance.now();
    await consumer.stop(500);
    expect(performance.now() - begun).toBeLessThan(6_500);
  });
});
