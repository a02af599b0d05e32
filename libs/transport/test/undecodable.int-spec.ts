import { type EmailRequested, topicName, topics } from '#libs/contracts';
import { Health, showConsumption } from '#libs/runtime';
import {
  aKafka,
  aKafkaConfig,
  aTopicPrefix,
  type Collected,
  eventually,
  kafkaBrokers,
  KafkaTestClient,
  provisionTopics,
  silentLogger,
} from '#libs/testing';
import { createKafka, KafkaStrategy, Publisher } from '#libs/transport';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withCrc } from './a-batch.ts';
import { Wire } from './wire.ts';

const topic = topics.emailRequested;
const email = (messageId: string) => ({
  messageId,
  to: [{ email: 'ada@inbox.test' }],
  subject: 'Hello',
  text: 'It works',
});

/** The batch that contains a text, wherever it is in a response. */
function batchWith(answer: Buffer, text: string): Buffer | undefined {
  const found = answer.indexOf(text);
  for (let at = found; at > 0; at -= 1) {
    const length = answer.readInt32BE(at + 8);
    if (answer[at + 16] !== 2 || length < 49 || at + 12 + length > answer.length || at + 12 + length < found) continue;
    const batch = answer.subarray(at, at + 12 + length);
    if (withCrc(Buffer.from(batch)).equals(batch)) return batch;
  }
  return undefined;
}

/**
 * Gives a partition an error, wherever it is in a Fetch response of version 11, which kafkajs requests: the broker may
 * begin with any of them (https://kafka.apache.org/protocol#The_Messages_Fetch).
 */
function fail(answer: Buffer, topicName: string, partition: number, error: number): void {
  for (let at = answer.indexOf(topicName); at > 0; at = answer.indexOf(topicName, at + 1)) {
    // The lanes' topic names begin with it.
    if (answer.readInt16BE(at - 2) !== topicName.length) continue;
    const partitions = answer.readInt32BE(at + topicName.length);
    let head = at + topicName.length + 4;
    for (let count = 0; count < partitions; count += 1) {
      if (answer.readInt32BE(head) === partition) answer.writeInt16BE(error, head + 4);
      const aborted = head + 30;
      const records = aborted + 4 + Math.max(0, answer.readInt32BE(aborted)) * 16 + 4;
      head = records + 4 + Math.max(0, answer.readInt32BE(records));
    }
  }
}

const flip = (text: string) => (answer: Buffer) => {
  const batch = batchWith(answer, text);
  if (batch) batch[batch.length - 5]! ^= 0x10;
};

describe('a response of the broker that cannot be decoded', () => {
  const client = new KafkaTestClient();
  let prefix: string;
  let name: string;
  let wire: Wire;
  let publisher: Publisher;
  let strategy: KafkaStrategy;
  let unreadable: Collected;
  let handled: string[];
  let health: Health;

  beforeEach(async () => {
    prefix = aTopicPrefix();
    name = topicName(topic, prefix);
    handled = [];
    health = new Health();
    await provisionTopics(prefix, [topic, topics.unreadable], 2);
    unreadable = await client.collect(topicName(topics.unreadable, prefix));
    wire = await Wire.to(kafkaBrokers());
    publisher = new Publisher(aKafka(), aKafkaConfig(prefix), 'email');
  }, 30_000);
  afterEach(async () => {
    await strategy.close();
    await publisher.close();
    await wire.close();
  }, 30_000);
  afterAll(() => client.close());

  async function listen(service = 'email'): Promise<void> {
    const config = aKafkaConfig(prefix, { KAFKA_COMMIT_INTERVAL_MS: '50' });
    const kafka = createKafka(config, 'test', silentLogger(), wire.socketFactory);
    strategy = new KafkaStrategy({ kafka, config, publisher, service, logger: silentLogger(), graceMs: 1_000 });
    strategy.addHandler(
      topic.name,
      (request: EmailRequested) => Promise.resolve(void handled.push(request.messageId)),
      true,
    );
    showConsumption(health, strategy.watch);
    await new Promise<void>((resolve, reject) =>
      strategy.listen((error) => (error ? reject(error as Error) : resolve())),
    );
  }

  /** Each is a batch of its own. */
  const produce = async (partition: number, ...ids: string[]) => {
    for (const id of ids) await client.produce(name, { value: email(id), partition });
  };
  const come = (...ids: string[]) =>
    eventually(() => ids.every((id) => handled.includes(id)), { timeoutMs: 20_000, what: ids.join(', ') });

  it('is fetched once more first: what was changed in transit only is not lost', async () => {
    let flips = 0;
    wire.alterFetches((answer) => {
      if (!batchWith(answer, 'm-changed')) return;
      if (flips === 0) flip('m-changed')(answer);
      flips += 1;
    });
    await produce(0, 'm-before', 'm-changed', 'm-behind');
    await listen();
    await come('m-before', 'm-changed', 'm-behind');
    expect(flips).toBeGreaterThan(1);
    expect(handled).toEqual(['m-before', 'm-changed', 'm-behind']);
    expect(unreadable.records).toEqual([]);
    expect((await health.report()).status).toBe('ok');
  });

  it('is quarantined with its location and bytes, degrades the readiness, and delays no other record', async () => {
    wire.alterFetches(flip('m-lost'));
    await listen();
    await produce(0, 'm-before', 'm-lost', 'm-behind');
    await produce(1, 'm-beside');
    await come('m-before', 'm-behind', 'm-beside');
    const [kept] = await unreadable.until(1);
    expect(kept).toMatchObject({
      key: `${name}/0/1`,
      headers: {
        'x-origin-topic': name,
        'x-origin-partition': '0',
        'x-origin-offset': '1',
        'x-origin-last-offset': '1',
        'x-batch-fault': 'crc',
        'x-error-code': 'MSG_UNDECODABLE_BATCH',
        'x-error-stage': 'fetch',
        'x-quarantined-by': 'email',
      },
    });
    expect(kept!.value!.includes('m-lost')).toBe(true);
    expect(handled).not.toContain('m-lost');
    const { status, checks } = await health.report();
    expect(status).toBe('degraded');
    expect(checks['undecodable-batches']).toMatchObject({
      status: 'degraded',
      meaning: expect.stringContaining(`${name}/0 1-1 (crc)`),
      remedy: expect.stringContaining('docs/operations.md'),
    });
    expect(checks['consumer-restarts']).toEqual({ status: 'ok' });
    expect(strategy.isReady).toBe(true);
  });

  it('for an unknown codec is quarantined at once, and committed', async () => {
    wire.alterFetches((answer) => {
      const batch = batchWith(answer, 'm-lost');
      if (!batch) return;
      batch.writeInt16BE(batch.readInt16BE(21) | 6, 21);
      withCrc(batch);
    });
    await produce(0, 'm-lost', 'm-behind');
    await listen();
    await come('m-behind');
    expect((await unreadable.until(1))[0]!.headers).toMatchObject({ 'x-batch-fault': 'codec', 'x-origin-offset': '0' });
    await strategy.close();
    wire.alterFetches(undefined);
    handled = [];
    await listen();
    await produce(0, 'm-later');
    await come('m-later');
    expect(handled).toEqual(['m-later']);
  });

  it('is kept by the first service that the topic map names, and reported by every reader of the topic', async () => {
    wire.alterFetches(flip('m-lost'));
    await produce(0, 'm-lost', 'm-behind');
    await listen('reporting');
    await come('m-behind');
    expect(strategy.watch.lostBatches()).toBeDefined();
    expect(unreadable.records).toEqual([]);
  });

  it('because the broker cannot read a partition stops that partition only, until it can be read', async () => {
    const CORRUPT_MESSAGE = 2;
    wire.alterFetches((answer) => fail(answer, name, 0, CORRUPT_MESSAGE));
    await listen();
    await produce(0, 'm-held-up');
    await produce(1, 'm-beside-1', 'm-beside-2');
    await come('m-beside-1', 'm-beside-2');
    await eventually(() => strategy.watch.stuckPartitions()?.meaning.includes('CORRUPT_MESSAGE'), {
      timeoutMs: 10_000,
    });
    expect((await health.report()).status).toBe('degraded');
    expect(handled).not.toContain('m-held-up');
    expect(strategy.watch.restlessness()).toBeUndefined();
    wire.alterFetches(undefined);
    await come('m-held-up');
    expect(unreadable.records).toEqual([]);
  });

  it('and crashes the consumer repeatedly is named as degraded in the readiness, which stays ready', async () => {
    await listen();
    const TOPIC_AUTHORIZATION_FAILED = 29;
    wire.alterFetches((answer) => fail(answer, name, 1, TOPIC_AUTHORIZATION_FAILED));
    await eventually(async () => (await health.report()).checks['consumer-restarts']!.status === 'degraded', {
      timeoutMs: 40_000,
      everyMs: 200,
    });
    const { status, checks } = await health.report();
    expect(status).toBe('degraded');
    expect(checks['consumer-restarts']!.meaning).toContain(`${prefix}email (TOPIC_AUTHORIZATION_FAILED)`);
    wire.alterFetches(undefined);
    await produce(0, 'm-after');
    await come('m-after');
  }, 90_000);
});
