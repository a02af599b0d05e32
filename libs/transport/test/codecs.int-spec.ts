import { topicName, topics } from '#libs/contracts';
import {
  aKafka,
  aKafkaConfig,
  aTopicPrefix,
  eventually,
  kafkaBrokers,
  KafkaTestClient,
  provisionTopics,
  silentLogger,
} from '#libs/testing';
import { type IncomingRecord, KeyedConsumer, oneByOne } from '#libs/transport';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { type CodecName, hasKcat, type JavaBatch, produceByJava, produceByKcat, readByKcat } from './other-clients.ts';

const topic = topics.statusChanged;
const codecs: readonly CodecName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const types = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } satisfies Record<CodecName, number>;
const withKcat = hasKcat() ? it : it.skip;
if (!hasKcat()) process.stderr.write('kcat is not on the PATH: its tests are skipped (apt-get install kcat)\n');

describe('what other Kafka clients write', () => {
  const client = new KafkaTestClient();
  let name: string;
  let records: IncomingRecord[];
  let consumer: KeyedConsumer;

  beforeEach(async () => {
    const prefix = aTopicPrefix();
    name = topicName(topic, prefix);
    records = [];
    await provisionTopics(prefix, [topic], 2);
    const config = aKafkaConfig(prefix, { KAFKA_COMMIT_INTERVAL_MS: '50' });
    const handle = (record: IncomingRecord) => Promise.resolve(void records.push(record)).then(() => true);
    consumer = new KeyedConsumer({
      kafka: aKafka(),
      config,
      groupId: `${prefix}readers`,
      topics: [topic],
      handle: oneByOne(handle),
      logger: silentLogger(),
    });
    await consumer.start();
  });
  afterEach(() => consumer.stop(1_000));
  afterAll(() => client.close());

  const values = () => records.map(({ value }) => value?.toString());
  const come = (count: number) =>
    eventually(() => values().length >= count, { what: `${count} records`, timeoutMs: 20_000 });

  it('is read in every codec of Java’s client, all mixed in one partition, with headers', async () => {
    const batches = codecs.flatMap((codec): JavaBatch[] => [
      { codec, text: `one of ${codec}` },
      { codec, count: 40, text: `many of ${codec} ${'ä'.repeat(3_000)}` },
    ]);
    await produceByJava(kafkaBrokers(), name, batches);
    const written = batches.flatMap(({ text, count = 1 }) =>
      Array.from({ length: count }, (_, index) => `${text} ${index}`),
    );
    await come(written.length);
    expect(values()).toEqual(written);
    expect(records.map(({ headers }) => headers['codec'])).toEqual(
      batches.flatMap(({ codec, count = 1 }) => Array.from({ length: count }, () => codec)),
    );
    expect(records.every(({ undecodable }) => undecodable === undefined)).toBe(true);
  });

  it('is read in every codec from transactions that were committed, and not from those that were aborted', async () => {
    const batches = codecs.flatMap((codec): JavaBatch[] => [
      { codec, transaction: 'abort', count: 3, text: `${codec} given up` },
      { codec, transaction: 'commit', count: 2, text: `${codec} meant` },
      { codec, text: `${codec} beside` },
    ]);
    await produceByJava(kafkaBrokers(), name, [...batches, { codec: 'none', text: 'the end' }]);
    await eventually(() => values().includes('the end 0'), { timeoutMs: 20_000 });
    expect(values()).toEqual([
      ...codecs.flatMap((codec) => [`${codec} meant 0`, `${codec} meant 1`, `${codec} beside 0`]),
      'the end 0',
    ]);
  });

  withKcat('is read in every codec of kcat, all mixed in one partition, with headers', async () => {
    const lines = (codec: CodecName) =>
      Array.from({ length: 30 }, (_, index) => `${codec} ${index} ${'x'.repeat(500)}`);
    for (const codec of codecs) await produceByKcat(kafkaBrokers(), name, codec, lines(codec));
    await come(codecs.length * 30);
    expect(values()).toEqual(codecs.flatMap(lines));
    expect(
      new Set(records.map(({ headers, value }) => `${headers['codec']} ${value?.toString().split(' ')[0]}`)),
    ).toEqual(new Set(codecs.map((codec) => `${codec} ${codec}`)));
  });

  withKcat('can read what we write in every codec', async () => {
    const producer = aKafka().producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const text = (codec: CodecName) => `${codec} ${'y'.repeat(200_000)}`;
    for (const codec of codecs)
      await producer.send({
        topic: name,
        compression: types[codec] as kafkajs.CompressionTypes,
        messages: [{ key: null, value: text(codec), partition: 0 }],
      });
    await producer.disconnect();
    expect(await readByKcat(kafkaBrokers(), name)).toEqual(codecs.map(text));
    await come(codecs.length);
    expect(values()).toEqual(codecs.map(text));
  });
});
