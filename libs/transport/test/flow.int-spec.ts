import { setTimeout as delay } from 'node:timers/promises';
import { type Topic, topicName, topics } from '#libs/contracts';
import {
  aKafka,
  aKafkaConfig,
  aTopicPrefix,
  eventually,
  KafkaTestClient,
  provisionTopics,
  type RawRecord,
  silentLogger,
} from '#libs/testing';
import { KeyedConsumer, type RecordHandler, oneByOne } from '#libs/transport';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const KB = 1024;
const MB = 1024 * KB;

describe('the flow of records', () => {
  const client = new KafkaTestClient();
  const topic: Topic = topics.statusChanged;
  let prefix: string;
  let running: KeyedConsumer[];

  beforeEach(async () => {
    prefix = aTopicPrefix();
    running = [];
    await provisionTopics(prefix, [topic, topics.emailRequested], 3);
  });
  afterEach(() => Promise.all(running.map((consumer) => consumer.stop(0))));
  afterAll(() => client.close());

  const produce = (...records: RawRecord[]) => client.produce(topicName(topic, prefix), ...records);

  async function start(
    handle: RecordHandler,
    settings: Record<string, string> = {},
    of = topic,
  ): Promise<KeyedConsumer> {
    const config = aKafkaConfig(prefix, { KAFKA_COMMIT_INTERVAL_MS: '50', ...settings });
    const consumer = new KeyedConsumer({
      kafka: aKafka(),
      config,
      groupId: `${prefix}readers`,
      topics: [of],
      handle: oneByOne(handle),
      logger: silentLogger(),
    });
    running.push(consumer);
    await consumer.start();
    return consumer;
  }

  it('holds no more bytes than its window and one fetch, however large the records', async () => {
    for (let number = 0; number < 60; number += 1)
      await client.produce(topicName(topics.emailRequested, prefix), {
        value: Buffer.alloc(900 * KB),
        partition: number % 3,
      });
    const gate = Promise.withResolvers<void>();
    let bytes = 0;
    let ended = 0;
    const handle: RecordHandler = async (record) => {
      bytes += record.bytes;
      await gate.promise;
      ended += 1;
      return true;
    };
    await start(handle, { KAFKA_BYTES_WINDOW: String(8 * MB) }, topics.emailRequested);
    await eventually(() => bytes >= 8 * MB, { timeoutMs: 40_000, what: 'a full window' });
    await delay(2_000);
    expect(bytes).toBeLessThan((8 + 2 + 1) * MB);
    gate.resolve();
    await eventually(() => ended === 60, { timeoutMs: 40_000, what: 'the rest' });
  }, 120_000);

  it('ends within the grace period when the service stops: only unfinished records are read again', async () => {
    await produce(...Array.from({ length: 300 }, (_, number) => ({ key: String(number), value: String(number) })));
    const never = Promise.withResolvers<boolean>();
    const soon = Promise.withResolvers<boolean>();
    let started = 0;
    // The records that finish are the first or the last of each partition: only those before the first unfinished one
    // are committed.
    const first = await start(({ value }) => {
      started += 1;
      return Number(value) < 100 ? soon.promise : never.promise;
    });
    await eventually(() => started === 300, { timeoutMs: 40_000, what: 'all at work' });
    const begun = performance.now();
    const stopped = first.stop(1_000);
    // Within the grace, and before anything else can happen, however busy the machine is.
    soon.resolve(true);
    await stopped;
    // The grace, and the maximum time of committing and leaving (docs/delivery.md).
    expect(performance.now() - begun).toBeLessThan(1_000 + 4_500);
    const again = new Set<number>();
    await start(({ value }) => Promise.resolve(again.add(Number(value)).size > 0));
    await eventually(() => again.size >= 200, { timeoutMs: 40_000, what: 'what was handed back' });
    await delay(500);
    expect([...again].filter((number) => number < 100)).toEqual([]);
    never.resolve(false);
  }, 120_000);

  describe('in the chosen order:', () => {
    /** The maximum number of records in work at once, and the order in which they started, per partition. */
    async function watch(ordering: string, records: RawRecord[]) {
      const begun: Record<number, number[]> = {};
      const atWork: Record<number, number> = {};
      const most: Record<number, number> = {};
      await produce(...records);
      const handle: RecordHandler = async ({ partition, value }) => {
        (begun[partition] ??= []).push(Number(value));
        atWork[partition] = (atWork[partition] ?? 0) + 1;
        most[partition] = Math.max(most[partition] ?? 0, atWork[partition]);
        await delay(5 + Math.random() * 10);
        atWork[partition] -= 1;
        return true;
      };
      await start(handle, { KAFKA_ORDERING: ordering });
      await eventually(() => Object.values(begun).flat().length === records.length, {
        timeoutMs: 50_000,
        what: 'all records',
      });
      return { begun, most };
    }

    it('by key, the records of two keys run in parallel, those of one key in sequence', async () => {
      const records = Array.from({ length: 40 }, (_, number) => ({
        key: number % 2 ? 'odd' : 'even',
        value: String(number),
        partition: 0,
      }));
      const { begun, most } = await watch('key', records);
      expect(most).toEqual({ 0: 2 });
      for (const rest of [0, 1]) {
        const ofKey = begun[0]!.filter((number) => number % 2 === rest);
        expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
      }
    });

    it('by partition, its records run one after another, whatever their keys', async () => {
      const records = Array.from({ length: 40 }, (_, number) => ({
        key: number % 3 ? `key-${number}` : null,
        value: String(number),
        partition: number % 2,
      }));
      const { begun, most } = await watch('partition', records);
      expect(most).toEqual({ 0: 1, 1: 1 });
      for (const numbers of Object.values(begun)) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    });

    it('none, records of one key run in parallel', async () => {
      const { most } = await watch(
        'none',
        Array.from({ length: 40 }, (_, number) => ({ key: 'same', value: String(number), partition: 0 })),
      );
      expect(most[0]).toBeGreaterThan(10);
    });
  });
});
