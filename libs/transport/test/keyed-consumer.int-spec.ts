import { setTimeout as delay } from 'node:timers/promises';
import { topicName, topics } from '#libs/contracts';
import {
  aKafka,
  aKafkaConfig,
  aTopicPrefix,
  eventually,
  KafkaTestClient,
  provisionTopics,
  silentLogger,
} from '#libs/testing';
import { type IncomingRecord, KeyedConsumer, type RecordHandler, oneByOne } from '#libs/transport';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Consumer } from 'kafkajs';

const topic = topics.statusChanged;

describe('a key-parallel consumer', () => {
  const client = new KafkaTestClient();
  let prefix: string;
  let running: KeyedConsumer[];

  beforeEach(async () => {
    // A topic and a group of its own for each test.
    prefix = aTopicPrefix();
    running = [];
    await provisionTopics(prefix, [topic], 3);
  });
  afterEach(() => Promise.all(running.map((consumer) => consumer.stop(1_000))));
  afterAll(() => client.close());

  const produce = (...records: [key: string | null, value: string][]) =>
    client.produce(topicName(topic, prefix), ...records.map(([key, value]) => ({ key, value })));

  async function start(
    handle: RecordHandler,
    settings: Record<string, string> = {},
    kafka = aKafka(),
    batched = false,
    isHeld?: (name: string) => boolean,
  ): Promise<KeyedConsumer> {
    const config = aKafkaConfig(prefix, { KAFKA_COMMIT_INTERVAL_MS: '50', ...settings });
    const consumer = new KeyedConsumer({
      kafka,
      config,
      groupId: `${prefix}readers`,
      topics: [topic],
      handle: oneByOne(handle),
      batched,
      ...(isHeld && { isHeld }),
      logger: silentLogger(),
    });
    running.push(consumer);
    await consumer.start();
    return consumer;
  }

  const stop = async (consumer: KeyedConsumer, graceMs: number) => {
    running.splice(running.indexOf(consumer), 1);
    await consumer.stop(graceMs);
  };

  it('runs the records of one key in sequence, and those of other keys in parallel', async () => {
    const keys = ['ada', 'bob', 'eve'];
    await produce(...Array.from({ length: 45 }, (_, index): [string, string] => [keys[index % 3]!, String(index)]));
    const order = new Map<string, number[]>(keys.map((key) => [key, []]));
    const atWork = new Set<string>();
    let most = 0;
    await start(async ({ key, value }) => {
      const name = key!.toString();
      expect(atWork).not.toContain(name);
      atWork.add(name);
      most = Math.max(most, atWork.size);
      await delay(2 + Math.random() * 5);
      order.get(name)!.push(Number(value));
      atWork.delete(name);
      return true;
    });
    await eventually(() => [...order.values()].flat().length === 45, { what: 'all records' });
    for (const seen of order.values()) expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(most).toBe(3);
  });

  it('reads no more of a topic while it is held, and goes on where it stood', async () => {
    const seen: string[] = [];
    let held = false;
    const read = (record: IncomingRecord) => Promise.resolve(Boolean(seen.push(record.value!.toString())));
    await start(read, {}, aKafka(), false, () => held);
    await produce(['ada', 'before']);
    await eventually(() => seen.length === 1);
    held = true;
    // A commit looks at it; what was being fetched by then may still come.
    await delay(500);
    await produce(...Array.from({ length: 20 }, (_, index): [string, string] => [`key-${index}`, `held-${index}`]));
    await delay(1_500);
    expect(seen).toEqual(['before']);
    held = false;
    await eventually(() => seen.length === 21, { what: 'what was held' });
  });

  it('runs all records in parallel where there is no key', async () => {
    await client.produce(
      topicName(topic, prefix),
      ...Array.from({ length: 10 }, (_, index) => ({ value: String(index), partition: 0 })),
    );
    let atWork = 0;
    const all = Promise.withResolvers<void>();
    await start(async () => {
      atWork += 1;
      if (atWork === 10) all.resolve();
      await all.promise;
      return true;
    });
    await eventually(() => atWork === 10);
  });

  it('takes in one partition of a batched topic at a time, so that other work is done between them', async () => {
    for (const partition of [0, 1, 2])
      await client.produce(
        topicName(topic, prefix),
        ...Array.from({ length: 40 }, () => ({ value: 'a fact', partition })),
      );
    let round = 0;
    let counting = true;
    const count = () => {
      round += 1;
      if (counting) setImmediate(count);
    };
    count();
    const seen: { partition: number; round: number }[] = [];
    await start(
      ({ partition }) => {
        seen.push({ partition, round });
        return Promise.resolve(true);
      },
      {},
      aKafka(),
      true,
    );
    await eventually(() => seen.length === 120);
    counting = false;
    const together = Object.values(Object.groupBy(seen, (record) => record.round)).map(
      (records) => new Set(records!.map(({ partition }) => partition)).size,
    );
    expect(Math.max(...together)).toBe(1);
  });

  it('reads again what was not finished when it stopped', async () => {
    await produce(['ada', 'first'], ['ada', 'second'], ['ada', 'third']);
    const never = Promise.withResolvers<boolean>();
    const seen: string[] = [];
    const first = await start(({ value }) => {
      seen.push(value!.toString());
      return seen.length === 2 ? never.promise : Promise.resolve(true);
    });
    await eventually(() => seen.length === 2);
    await stop(first, 100);
    const again: string[] = [];
    await start(({ value }) => Promise.resolve(again.push(value!.toString()) > 0));
    await eventually(() => again.length === 2);
    expect(again).toEqual(['second', 'third']);
    never.resolve(false);
  });

  it('reads again what its handler left', async () => {
    await produce(['ada', 'left'], ['bob', 'done']);
    const seen: string[] = [];
    const first = await start(({ value }) =>
      Promise.resolve(seen.push(value!.toString()) > 0 && value!.toString() === 'done'),
    );
    await eventually(() => seen.length === 2);
    await stop(first, 1_000);
    const again: string[] = [];
    await start(({ value }) => Promise.resolve(again.push(value!.toString()) > 0));
    await eventually(() => again.includes('left'));
  });

  it('commits on an orderly stop all that is finished, records in work included', async () => {
    await produce(...Array.from({ length: 20 }, (_, index): [string, string] => [String(index), String(index)]));
    let finished = 0;
    let started = 0;
    // The commit interval is never reached: only the stop commits.
    const first = await start(
      async () => {
        started += 1;
        await delay(200);
        finished += 1;
        return true;
      },
      { KAFKA_COMMIT_INTERVAL_MS: '600000' },
    );
    await eventually(() => started === 20);
    await stop(first, 5_000);
    expect(finished).toBe(20);
    const again: string[] = [];
    await start(({ value }) => Promise.resolve(again.push(value!.toString()) > 0));
    await produce(['new', 'new']);
    await eventually(() => again.includes('new'));
    expect(again).toEqual(['new']);
  });

  it('pauses a partition whose window is full, and continues when there is room again', async () => {
    const gate = Promise.withResolvers<void>();
    const seen = new Set<string>();
    const kafka = aKafka();
    let consumer: Consumer | undefined;
    const make = kafka.consumer.bind(kafka);
    kafka.consumer = (config) => (consumer = make(config));
    await start(
      async ({ value }) => {
        await gate.promise;
        seen.add(value!.toString());
        return true;
      },
      { KAFKA_PARTITION_WINDOW: '10', KAFKA_CONCURRENCY: '4' },
      kafka,
    );
    const batch = (from: number) =>
      client.produce(
        topicName(topic, prefix),
        ...Array.from({ length: 50 }, (_, index) => ({ value: String(from + index), partition: 0 })),
      );
    await batch(0);
    await eventually(() => consumer!.paused().length === 1, { what: 'the pause' });
    expect(consumer!.paused()).toEqual([{ topic: topicName(topic, prefix), partitions: [0] }]);
    await batch(50);
    await client.produce(topicName(topic, prefix), { value: 'other', partition: 1 });
    gate.resolve();
    await eventually(() => seen.size === 101, { what: 'what came before and during the pause, and another partition' });
    await eventually(() => consumer!.paused().length === 0, { what: 'the end of the pause' });
  });

  it('loses nothing when replicas join and leave', async () => {
    const seen = new Set<string>();
    const handle = async ({ value }: IncomingRecord) => {
      await delay(5);
      seen.add(value!.toString());
      return true;
    };
    const batch = (from: number) =>
      produce(
        ...Array.from({ length: 200 }, (_, index): [string, string] => [String(index % 20), String(from + index)]),
      );
    const first = await start(handle);
    await batch(0);
    await eventually(() => seen.size > 20);
    await start(handle);
    await batch(200);
    await eventually(() => seen.size > 220, { timeoutMs: 20_000 });
    await stop(first, 2_000);
    await batch(400);
    await eventually(() => seen.size === 600, { timeoutMs: 30_000, what: 'all 600 records' });
  }, 90_000);
});

describe('lanes', () => {
  const client = new KafkaTestClient();
  afterAll(() => client.close());

  it('keep slots free: an urgent record starts at once, whatever the backlog of bulk', async () => {
    const prefix = aTopicPrefix();
    await provisionTopics(prefix, [topics.emailRequested], 1);
    await client.produce(
      topicName(topics.emailRequested, prefix, 'bulk'),
      ...Array.from({ length: 2_000 }, () => ({ value: '{}' })),
    );
    let bulkAtWork = 0;
    let most = 0;
    const urgent = Promise.withResolvers<number>();
    const consumer = new KeyedConsumer({
      kafka: aKafka(),
      config: aKafkaConfig(prefix, { KAFKA_CONCURRENCY: '10' }),
      groupId: `${prefix}lanes`,
      topics: [topics.emailRequested],
      logger: silentLogger(),
      handle: oneByOne(async ({ lane }) => {
        if (lane === 'urgent') urgent.resolve(performance.now());
        else most = Math.max(most, ++bulkAtWork);
        await delay(lane === 'urgent' ? 0 : 100);
        if (lane === 'bulk') bulkAtWork -= 1;
        return true;
      }),
    });
    await consumer.start();
    await eventually(() => most === 7, { what: 'bulk to take all the places it may' });
    const asked = performance.now();
    await client.produce(topicName(topics.emailRequested, prefix, 'urgent'), { value: '{}' });
    expect((await urgent.promise) - asked).toBeLessThan(1_000);
    expect(most).toBe(7);
    await consumer.stop(500);
  });
});
