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
import { KeyedConsumer, type RecordHandler, oneByOne } from '#libs/transport';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';

const topic = topics.statusChanged;
const KEYS = 24;
const STALL_MS = 5_000;

/** The content of a record: its number within its key, and when it was published. */
interface Reported {
  number: number;
  at: number;
}

describe('a group whose replicas join and leave under load', () => {
  const client = new KafkaTestClient();
  let prefix: string;
  let handled: Map<string, number[]>;
  let oldest: number;

  beforeEach(async () => {
    prefix = aTopicPrefix();
    handled = new Map();
    oldest = 0;
    await provisionTopics(prefix, [topic], 6);
  });
  afterAll(() => client.close());

  const handle: RecordHandler = async ({ key, value }) => {
    const { number, at } = JSON.parse(value!.toString()) as Reported;
    await delay(Math.random() * 10);
    const name = key!.toString();
    const numbers = handled.get(name) ?? [];
    if (!numbers.includes(number)) oldest = Math.max(oldest, performance.now() - at);
    handled.set(name, [...numbers, number]);
    return true;
  };

  async function join(): Promise<KeyedConsumer> {
    const config = aKafkaConfig(prefix, { KAFKA_COMMIT_INTERVAL_MS: '50' });
    const consumer = new KeyedConsumer({
      kafka: aKafka(),
      config,
      groupId: `${prefix}readers`,
      topics: [topic],
      handle: oneByOne(handle),
      logger: silentLogger(),
    });
    await consumer.start();
    return consumer;
  }

  /** Publishes one record of every key every 50 ms; returns how many there were of each. */
  function publish(signal: AbortSignal): Promise<number> {
    const go = async (number: number): Promise<number> => {
      if (signal.aborted) return number;
      await client.produce(
        topicName(topic, prefix),
        ...Array.from({ length: KEYS }, (_, key) => ({ key: `key-${key}`, value: { number, at: performance.now() } })),
      );
      await delay(50);
      return go(number + 1);
    };
    return go(0);
  }

  it('loses nothing, keeps each key’s order, and lets no record wait 5 s, in 20 joins and 20 leaves', async () => {
    const steady = await join();
    const end = new AbortController();
    const published = publish(end.signal);
    await eventually(() => handled.size === KEYS, { what: 'consumption' });
    oldest = 0;
    const guests: KeyedConsumer[] = [];
    for (let round = 0; round < 20; round += 1) {
      guests.push(await join());
      await delay(300);
      // One or two additional replicas at a time: some join while others leave.
      if (guests.length > 1) await guests.shift()!.stop(2_000);
      await delay(200);
    }
    for (const guest of guests) await guest.stop(2_000);
    end.abort();
    const count = await published;
    await eventually(() => [...handled.values()].every((numbers) => new Set(numbers).size === count), {
      timeoutMs: 20_000,
      what: 'all records',
    });
    await steady.stop(1_000);
    // Some records are read twice; those read for the first time are in order.
    for (const numbers of handled.values())
      expect([...new Set(numbers)]).toEqual(Array.from({ length: count }, (_, number) => number));
    expect(oldest).toBeLessThan(STALL_MS);
  }, 120_000);
});
