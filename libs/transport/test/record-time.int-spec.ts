import { topicName, topics } from '#libs/contracts';
import {
  aKafka,
  aKafkaConfig,
  aTopicPrefix,
  type Collected,
  eventually,
  KafkaTestClient,
  provisionTopics,
  silentLogger,
} from '#libs/testing';
import { KafkaStrategy, Publisher, type RecordContext } from '#libs/transport';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const sms = (messageId: string) => ({ messageId, to: '+12025550123', body: 'It works' });
const topic = topics.smsRequested;

describe('a request whose producer sets no timestamp, or one in seconds', () => {
  const client = new KafkaTestClient();
  let prefix: string;
  let publisher: Publisher;
  let strategy: KafkaStrategy;
  let unreadable: Collected;
  let handled: Map<string, number>;

  beforeEach(() => {
    prefix = aTopicPrefix();
    handled = new Map();
    publisher = new Publisher(aKafka(), aKafkaConfig(prefix), 'test');
  });
  afterEach(async () => {
    await strategy.close();
    await publisher.close();
  });
  afterAll(() => client.close());

  async function start(writersTime: boolean): Promise<void> {
    await provisionTopics(prefix, [topic, topics.unreadable], 1, writersTime);
    unreadable = await client.collect(topicName(topics.unreadable, prefix));
    strategy = new KafkaStrategy({
      kafka: aKafka(),
      config: aKafkaConfig(prefix),
      publisher,
      service: 'sms',
      logger: silentLogger(),
      graceMs: 1_000,
    });
    const handler = async ({ messageId }: { messageId: string }, { record }: RecordContext) =>
      void handled.set(messageId, record.timestamp);
    strategy.addHandler(topic.name, handler, true);
    await new Promise<void>((resolve, reject) =>
      strategy.listen((error) => (error ? reject(error as Error) : resolve())),
    );
  }

  const produce = (...timestamps: string[]) =>
    client.produce(
      topicName(topic, prefix),
      ...timestamps.map((timestamp) => ({ value: sms(`m${timestamp}`), timestamp })),
    );

  it('has the broker’s timestamp where the topic is configured as apply does it', async () => {
    await start(false);
    const before = Date.now();
    await produce('0', '-1', '1764370000', String(before - 400 * 86_400_000));
    await eventually(() => handled.size === 4, { timeoutMs: 20_000 });
    for (const timestamp of handled.values()) {
      expect(timestamp).toBeGreaterThan(before - 1_000);
      expect(timestamp).toBeLessThan(before + 30_000);
    }
    expect(unreadable.records).toHaveLength(0);
  });

  it('is quarantined with an error about its timestamp elsewhere, and those after it are processed', async () => {
    await start(true);
    await produce('0', '-1', '1764370000', String(Date.now()));
    await eventually(() => handled.size === 1, { timeoutMs: 20_000 });
    const records = await unreadable.until(3);
    expect(records.map(({ headers }) => [headers['x-error-code'], headers['x-error']])).toEqual([
      ['MSG_RECORD_TIME', "the record's timestamp is 0, which is none: milliseconds since 1970?"],
      ['MSG_RECORD_TIME', "the record's timestamp is -1, which is none: milliseconds since 1970?"],
      ['MSG_RECORD_TIME', "the record's timestamp is 1764370000, which looks like seconds: milliseconds?"],
    ]);
    expect(records.map(({ headers }) => headers['x-error-remedy'])).toEqual(
      records.map(() => expect.stringContaining('messaging topics apply')),
    );
  });
});
