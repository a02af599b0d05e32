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

/** Simulates an operator's mistake: access to the group is denied for a moment. kafkajs considers this fatal. */
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
    // Requests that hung on the wire fail only now.
    await consumer.stop(0);
    await delay(500);
  });
  afterAll(() => client.close());

  const produce = (name: string, size = 0) =>
    client.produce(topicName(topic, prefix), { value: name.padEnd(10) + 'x'.repeat(size) });
  const comes = (name: string, timeoutMs = 10_000) =>
    eventually(() => seen.has(name), { timeoutMs, what: `the ${name} record` });

  it('breaks inside a response reads the next responses from their beginning', async () => {
    const cut = wire.cutInsideNextFetch();
    await produce('large', 500_000);
    await cut;
    // Far less than the 30 s after which a request times out: no response may be read as the rest of the broken one.
    await comes('large', 8_000);
    await produce('later');
    await comes('later', 5_000);
  });

  it('stops responding is replaced, and nothing is lost', async () => {
    wire.silence();
    await produce('silent');
    await comes('silent', 25_000);
    await eventually(() => consumer.isMember, { what: 'membership' });
  });

  it('is refused with an error that kafkajs considers fatal restarts', async () => {
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

  it('never responds again stops all the same, within the time that the platform leaves after the grace', async () => {
    await produce('last');
    await comes('last');
    wire.silenceAll();
    await delay(100);
    const begun = performance.now();
    await consumer.stop(500);
    expect(performance.now() - begun).toBeLessThan(6_500);
  });
});
