import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { topicName, topics } from '#libs/contracts';
import { aKafkaConfig, eventually, silentLogger } from '#libs/testing';
import { createKafka, KeyedConsumer, type KafkaConfig, type RecordHandler, oneByOne } from '#libs/transport';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Producer } from 'kafkajs';
import { startHost, stopHost } from '../setup/host.ts';
import type { FragileKafka } from './kafka.host.ts';

const topic = topics.statusChanged;
const KEYS = 12;

describe('two consumers of a group, under load,', () => {
  let host: ChildProcess;
  let fragile: FragileKafka;
  let config: KafkaConfig;
  let producer: Producer;
  let consumers: KeyedConsumer[];
  let acknowledged: Set<string>;
  let seen: Map<string, number[]>;
  let load: Promise<void>;
  let loading: boolean;

  beforeAll(async () => {
    ({ host, answer: fragile } = await startHost<FragileKafka>('outage/kafka.host.ts', 'the Kafka that may be killed'));
  }, 120_000);
  afterAll(() => stopHost(host));

  beforeEach(async () => {
    // A window that is often full: pausing and resuming goes on through the outage.
    config = aKafkaConfig(`outage-${Date.now()}.`, {
      KAFKA_BROKERS: fragile.brokers,
      KAFKA_COMMIT_INTERVAL_MS: '50',
      KAFKA_PARTITION_WINDOW: '20',
    });
    const kafka = createKafka(config, 'test', silentLogger());
    const admin = kafka.admin({ retry: { retries: 20 } });
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic: topicName(topic, config.KAFKA_TOPIC_PREFIX), numPartitions: 6, replicationFactor: 1 }],
    });
    await admin.disconnect();
    producer = kafka.producer({ allowAutoTopicCreation: false });
    acknowledged = new Set();
    seen = new Map();
    consumers = [];
    for (let replica = 0; replica < 2; replica += 1) consumers.push(await aConsumer());
    load = publish();
    await eventually(() => seen.size >= KEYS, { timeoutMs: 30_000, what: 'consumption under load' });
  }, 90_000);
  afterEach(async () => {
    loading = false;
    await load;
    await Promise.all(consumers.map((consumer) => consumer.stop(1_000)));
    await producer.disconnect();
  }, 60_000);

  const handle: RecordHandler = async ({ key, value }) => {
    await delay(5);
    const name = key!.toString();
    seen.set(name, [...(seen.get(name) ?? []), Number(value)]);
    return true;
  };

  async function aConsumer(): Promise<KeyedConsumer> {
    const kafka = createKafka(config, 'test', silentLogger());
    const consumer = new KeyedConsumer({
      kafka,
      config,
      groupId: `${config.KAFKA_TOPIC_PREFIX}readers`,
      topics: [topic],
      handle: oneByOne(handle),
      logger: silentLogger(),
    });
    await consumer.start();
    return consumer;
  }

  /** One batch after another; what Kafka has not acknowledged is published again until it has. */
  async function publish(): Promise<void> {
    loading = true;
    for (let number = 0; loading; number += 1) {
      const messages = Array.from({ length: KEYS }, (_, key) => ({ key: `key-${key}`, value: String(number) }));
      while (loading) {
        const sent = await producer
          .connect()
          .then(() => producer.send({ topic: topicName(topic, config.KAFKA_TOPIC_PREFIX), acks: -1, messages }))
          .then(
            () => true,
            () => false,
          );
        if (!sent) continue;
        for (const { key, value } of messages) acknowledged.add(`${key}/${value}`);
        break;
      }
      await delay(20);
    }
  }

  function signalKafka(signal: NodeJS.Signals): void {
    const pid = Number(readFileSync(fragile.pidFile, 'utf8'));
    if (pid > 0) process.kill(-pid, signal);
  }

  /** Kafka takes records again, and these, like all before them, are handled. */
  async function recovers(): Promise<void> {
    const before = acknowledged.size;
    await eventually(() => acknowledged.size > before + 20 * KEYS, { timeoutMs: 60_000, what: 'Kafka itself' });
    loading = false;
    await load;
    await eventually(
      () => {
        const missing = [...acknowledged].filter(
          (record) => !seen.get(record.split('/')[0]!)?.includes(Number(record.split('/')[1])),
        );
        expect(missing).toEqual([]);
        return true;
      },
      { timeoutMs: 45_000, everyMs: 500, what: 'all records that Kafka acknowledged' },
    );
    // Repeats come after an outage; what comes for the first time comes in its order.
    for (const numbers of seen.values()) {
      const firsts = [...new Set(numbers)];
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
    }
    await eventually(() => consumers.every((consumer) => consumer.isMember), {
      timeoutMs: 20_000,
      what: 'both in the group',
    });
  }

  it('go on by themselves after the broker was killed', async () => {
    signalKafka('SIGKILL');
    await delay(1_000);
    await recovers();
  }, 150_000);

  it('go on by themselves after the broker was away for twenty seconds', async () => {
    const end = performance.now() + 20_000;
    while (performance.now() < end) {
      signalKafka('SIGKILL');
      await delay(700);
    }
    await recovers();
  }, 180_000);

  it('go on by themselves after the broker was frozen for longer than the session lasts', async () => {
    signalKafka('SIGSTOP');
    await delay(Number(process.env['OUTAGE_FREEZE_MS'] ?? 15_000));
    signalKafka('SIGCONT');
    await recovers();
  }, 180_000);
});
