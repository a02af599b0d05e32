import { setTimeout as delay } from 'node:timers/promises';
import { topicName, topics } from '#libs/contracts';
import { aKafkaConfig, aTopicPrefix, eventually, KafkaTestClient, provisionTopics, silentLogger } from '#libs/testing';
import { createKafka, KeyedConsumer, oneByOne } from '#libs/transport';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const topic = topics.statusChanged;
const PARTITIONS = 4;

interface Replica {
  consumer: KeyedConsumer;
  /** One entry for each rebalance: the partitions that this replica was assigned. */
  shares: number[][];
  seen: string[];
}

describe('replicas with instance ids', () => {
  const client = new KafkaTestClient();
  let prefix: string;
  let running: Replica[];

  beforeEach(async () => {
    prefix = aTopicPrefix();
    running = [];
    await provisionTopics(prefix, [topic], PARTITIONS);
  });
  afterEach(() => Promise.all(running.map(({ consumer }) => consumer.stop(1_000))));
  afterAll(() => client.close());

  async function start(instance: string): Promise<Replica> {
    const config = aKafkaConfig(prefix, {
      KAFKA_INSTANCE_ID: instance,
      KAFKA_COMMIT_INTERVAL_MS: '50',
      KAFKA_SESSION_TIMEOUT_MS: '12000',
    });
    const replica: Omit<Replica, 'consumer'> = { shares: [], seen: [] };
    const consumer = new KeyedConsumer({
      kafka: createKafka(config, 'test', silentLogger()),
      config,
      groupId: `${prefix}readers`,
      topics: [topic],
      logger: silentLogger(),
      onAssigned: (assignment) =>
        replica.shares.push((assignment[topicName(topic, prefix)] ?? []).toSorted((a, b) => a - b)),
      handle: oneByOne(({ value }) => Promise.resolve(replica.seen.push(value!.toString()) > 0)),
    });
    await consumer.start();
    const whole = Object.assign(replica, { consumer });
    running.push(whole);
    return whole;
  }

  const stop = async (replica: Replica) => {
    running.splice(running.indexOf(replica), 1);
    await replica.consumer.stop(1_000);
  };

  const toEveryPartition = (name: string) =>
    client.produce(
      topicName(topic, prefix),
      ...Array.from({ length: PARTITIONS }, (_, partition) => ({ value: `${name}-${partition}`, partition })),
    );

  it('get their partitions back after a restart, and the others are not disturbed', async () => {
    const [first, other] = [await start('pod-0'), await start('pod-1')];
    await eventually(() => [first, other].every(({ shares }) => shares.at(-1)?.length === PARTITIONS / 2), {
      timeoutMs: 20_000,
      what: 'half of the partitions each',
    });
    await toEveryPartition('before');
    await eventually(() => first.seen.length + other.seen.length === PARTITIONS);
    const [share, sharesOfOther] = [first.shares.at(-1)!, other.shares.length];
    await stop(first);
    await toEveryPartition('meanwhile');
    await delay(3_500);
    expect(other.seen.filter((value) => value.startsWith('meanwhile'))).toHaveLength(PARTITIONS / 2);
    const again = await start('pod-0');
    await eventually(() => again.seen.length === PARTITIONS / 2, { what: 'what came to its partitions meanwhile' });
    expect(again.seen.toSorted()).toEqual(share.map((partition) => `meanwhile-${partition}`));
    expect(again.shares).toEqual([share]);
    // After a heartbeat of the other one: it would know of a rebalance by now.
    await delay(3_500);
    expect(other.shares).toHaveLength(sharesOfOther);
  });

  it('work only once under each id: the older one never consumes again', async () => {
    const older = await start('pod-0');
    await toEveryPartition('before');
    await eventually(() => older.seen.length === PARTITIONS);
    const newer = await start('pod-0');
    await eventually(() => !older.consumer.isMember, { what: 'the end of the older one' });
    await toEveryPartition('after');
    await eventually(() => newer.seen.filter((value) => value.startsWith('after')).length === PARTITIONS, {
      what: 'all records at the newer one',
    });
    // After the session timeout: an older one that retried would have taken the id back by now.
    await delay(13_000);
    await toEveryPartition('later');
    await eventually(() => newer.seen.filter((value) => value.startsWith('later')).length === PARTITIONS);
    expect(older.seen.filter((value) => !value.startsWith('before'))).toEqual([]);
    expect([older.consumer.isMember, newer.consumer.isMember]).toEqual([false, true]);
  });
});
