import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type EmailRequested, topicName, topicNames, topics } from '#libs/contracts';
import { aKafkaConfig, eventually, silentLogger } from '#libs/testing';
import { createKafka, type KafkaConfig, KafkaStrategy, Publisher } from '#libs/transport';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigResourceTypes, type IHeaders, type Kafka, type Producer } from 'kafkajs';
import { startHost, stopHost } from '../setup/host.ts';
import type { FragileKafka } from './kafka.host.ts';

const topic = topics.emailRequested;
const email = (messageId: string) => ({
  key: null,
  value: JSON.stringify({ messageId, to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'It works' }),
});

describe('a log that is damaged on the broker’s disk', () => {
  let host: ChildProcess;
  let fragile: FragileKafka;
  let config: KafkaConfig;
  let kafka: Kafka;
  let name: string;
  let producer: Producer;
  let publisher: Publisher;
  let strategy: KafkaStrategy | undefined;
  let handled: string[];

  beforeAll(async () => {
    ({ host, answer: fragile } = await startHost<FragileKafka>(
      'outage/kafka.host.ts',
      'the Kafka that may be stopped',
    ));
  }, 120_000);
  afterAll(() => stopHost(host));

  beforeEach(async () => {
    config = aKafkaConfig(`damaged-${Date.now()}.`, { KAFKA_BROKERS: fragile.brokers, KAFKA_COMMIT_INTERVAL_MS: '50' });
    kafka = createKafka(config, 'test', silentLogger());
    name = topicName(topic, config.KAFKA_TOPIC_PREFIX);
    const admin = kafka.admin({ retry: { retries: 20 } });
    await admin.connect();
    const names = [topic, topics.unreadable].flatMap((each) => topicNames(each, config.KAFKA_TOPIC_PREFIX));
    await admin.createTopics({
      waitForLeaders: true,
      topics: names.map((each) => ({ topic: each, numPartitions: 2, replicationFactor: 1 })),
    });
    await admin.disconnect();
    producer = kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 20 } });
    await producer.connect();
    publisher = new Publisher(kafka, config, 'email');
    handled = [];
  }, 60_000);
  afterEach(async () => {
    await strategy?.close();
    await publisher.close();
    await producer.disconnect();
  }, 60_000);

  /** Each list is a batch of its own. */
  async function produce(partition: number, ...batches: string[][]): Promise<void> {
    for (const ids of batches)
      await producer.send({ topic: name, acks: -1, messages: ids.map((id) => ({ ...email(id), partition })) });
  }

  async function listen(): Promise<void> {
    strategy = new KafkaStrategy({
      kafka,
      config,
      publisher,
      service: 'email',
      logger: silentLogger(),
      graceMs: 1_000,
    });
    strategy.addHandler(
      topic.name,
      (request: EmailRequested) => Promise.resolve(void handled.push(request.messageId)),
      true,
    );
    await new Promise<void>((resolve, reject) =>
      strategy!.listen((error) => (error ? reject(error as Error) : resolve())),
    );
  }

  const segmentOf = (partition: number) =>
    join(dirname(fragile.pidFile), 'kafka', 'data', `${name}-${partition}`, '00000000000000000000.log');

  /** While the broker runs: it holds the log for as long as it was. */
  function overwrite(partition: number, at: (log: Buffer) => number, bytes: Buffer): void {
    const segment = segmentOf(partition);
    const file = openSync(segment, 'r+');
    writeSync(file, bytes, 0, bytes.length, at(readFileSync(segment)));
    closeSync(file);
  }

  const pid = () => Number(readFileSync(fragile.pidFile, 'utf8'));

  /** Stops the broker in order, changes the bytes of a segment, and lets it start again. */
  async function damage(partition: number, change: (log: Buffer) => void): Promise<void> {
    const before = pid();
    const segment = segmentOf(partition);
    process.kill(-before, 'SIGTERM');
    await eventually(() => pid() === 0, { timeoutMs: 30_000, everyMs: 5, what: 'the end of the broker' });
    const log = readFileSync(segment);
    change(log);
    writeFileSync(segment, log);
    await eventually(() => pid() > 0, { timeoutMs: 30_000, what: 'another broker' });
    await eventually(async () => (await kafka.admin({ retry: { retries: 0 } }).connect()) === undefined, {
      timeoutMs: 60_000,
      everyMs: 500,
    });
  }

  async function unreadable(): Promise<{ value: Buffer | null; headers: IHeaders }[]> {
    const records: { value: Buffer | null; headers: IHeaders }[] = [];
    const consumer = kafka.consumer({ groupId: `${config.KAFKA_TOPIC_PREFIX}test`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({
      topics: [topicName(topics.unreadable, config.KAFKA_TOPIC_PREFIX)],
      fromBeginning: true,
    });
    await consumer.run({
      eachMessage: ({ message }) =>
        Promise.resolve(void records.push({ value: message.value, headers: message.headers ?? {} })),
    });
    await eventually(() => records.length > 0, { timeoutMs: 20_000, what: 'what was quarantined' });
    await consumer.disconnect();
    return records;
  }

  it('costs only the batch whose bytes are wrong, which is kept and told: all around it is handled', async () => {
    await produce(0, ['m-before'], ['m-lost-1', 'm-lost-2', 'm-lost-3'], ['m-behind']);
    await produce(1, ['m-beside-1'], ['m-beside-2']);
    let batch = Buffer.alloc(0);
    await damage(0, (log) => {
      log.write('LOST', log.indexOf('m-lost-2') + 2);
      const start = 12 + log.readInt32BE(8);
      batch = Buffer.from(log.subarray(start, start + 12 + log.readInt32BE(start + 8)));
    });
    await listen();
    await eventually(() => handled.length === 4, { timeoutMs: 30_000, what: 'the good ones' });
    await produce(0, ['m-later']);
    await eventually(() => handled.includes('m-later'), { timeoutMs: 20_000 });
    expect(handled.toSorted()).toEqual(['m-before', 'm-behind', 'm-beside-1', 'm-beside-2', 'm-later']);

    const [kept, ...more] = await unreadable();
    expect(more).toEqual([]);
    expect(kept!.value?.equals(batch)).toBe(true);
    const headers = Object.entries(kept!.headers).map(([header, value]) => [header, String(value)]);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-origin-topic': name,
      'x-origin-partition': '0',
      'x-origin-offset': '1',
      'x-origin-last-offset': '3',
      'x-batch-fault': 'crc',
      'x-error-code': 'MSG_UNDECODABLE_BATCH',
      'x-quarantined-by': 'email',
    });
    expect(strategy!.watch.lostBatches()?.meaning).toContain(`${name}/0 1-3 (crc)`);
    expect(strategy!.watch.restlessness()).toBeUndefined();
    // A new consumer of the group begins behind it.
    await strategy!.close();
    handled = [];
    await listen();
    await produce(0, ['m-last']);
    await eventually(() => handled.length > 0, { timeoutMs: 20_000 });
    expect(handled).toEqual(['m-last']);
  }, 180_000);

  it('whose batches cannot even be told apart stops its own partition alone, and says so', async () => {
    await produce(0, ['m-before'], ['m-lost'], ['m-behind']);
    await produce(1, ['m-beside-1']);
    overwrite(0, (log) => 12 + log.readInt32BE(8) + 8, Buffer.from([0x7f, 0xff, 0xff, 0xff]));
    await listen();
    await eventually(() => handled.includes('m-beside-1'), { timeoutMs: 30_000 });
    await eventually(() => strategy!.watch.stuckPartitions() !== undefined, {
      timeoutMs: 30_000,
      what: 'word of the partition',
    });
    await produce(1, ['m-beside-2']);
    await eventually(() => handled.includes('m-beside-2'), { timeoutMs: 20_000 });
    expect(strategy!.watch.stuckPartitions()?.meaning).toContain(`${name}/0 from offset 1 on`);
    expect(handled).not.toContain('m-behind');
    expect(strategy!.watch.restlessness()).toBeUndefined();
  }, 180_000);

  it('is read again behind the damage once an operator has let the broker begin another segment', async () => {
    await produce(0, ['m-before'], ['m-lost-1'], ['m-lost-2']);
    overwrite(0, (log) => 12 + log.readInt32BE(8) + 8, Buffer.from([0x7f, 0xff, 0xff, 0xff]));
    await listen();
    await eventually(() => strategy!.watch.stuckPartitions() !== undefined, {
      timeoutMs: 30_000,
      what: 'word of the partition',
    });
    expect(handled).toEqual(['m-before']);

    // As docs/operations.md advises.
    const admin = kafka.admin();
    await admin.connect();
    const configEntries = [{ name: 'segment.ms', value: '1000' }];
    const resources = [{ type: ConfigResourceTypes.TOPIC, name, configEntries }];
    await admin.alterConfigs({ validateOnly: false, resources });
    await admin.disconnect();
    await setTimeout(1_500);
    await produce(0, ['m-later']);
    expect(existsSync(segmentOf(0).replace(/0\.log$/, '3.log'))).toBe(true);
    await eventually(() => handled.includes('m-later'), { timeoutMs: 30_000, what: 'what lies behind' });
    await eventually(() => strategy!.watch.stuckPartitions() === undefined, { timeoutMs: 60_000 });
    expect(handled).toEqual(['m-before', 'm-later']);
  }, 180_000);
});
