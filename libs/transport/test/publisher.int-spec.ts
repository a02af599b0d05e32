import { InfrastructureDown, RecordRefused, SendDue, topicName, topics } from '#libs/contracts';
import {
  aKafka,
  aKafkaConfig,
  aDeferred,
  aStatus,
  aTopicPrefix,
  KafkaTestClient,
  provisionTopics,
  silentLogger,
} from '#libs/testing';
import { createKafka, Publisher } from '#libs/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

describe('the publisher', () => {
  const prefix = aTopicPrefix();
  const client = new KafkaTestClient();
  let publisher: Publisher;

  beforeAll(async () => {
    await provisionTopics(prefix, [topics.statusChanged, topics.emailDue], 2);
    publisher = new Publisher(aKafka(), aKafkaConfig(prefix), 'test');
  });
  afterAll(async () => {
    await publisher.close();
    await client.close();
  });

  it('writes what arrives together, each record to its topic and lane, those of one key in order', async () => {
    const [statuses, due] = await Promise.all(
      [topicName(topics.statusChanged, prefix), topicName(topics.emailDue, prefix, 'urgent')].map((name) =>
        client.collect(name),
      ),
    );
    const facts = Array.from({ length: 100 }, (_, index) => aStatus({ messageId: 'm-1', hop: index + 1 }));
    await Promise.all([
      ...facts.map((value) => publisher.publish({ topic: topics.statusChanged, key: 'm-1', value })),
      publisher.publish({
        topic: topics.emailDue,
        lane: 'urgent',
        key: null,
        value: SendDue.parse({ ...aDeferred(), mode: 'send', why: 'Its time has come.' }),
      }),
    ]);
    const records = await statuses!.until(100);
    expect(records.map((record) => record.json())).toEqual(facts);
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
    expect((await due!.until(1))[0]!.key).toBeNull();
  });

  it('fails only the record that the broker refuses, not those beside it', async () => {
    const statuses = await client.collect(topicName(topics.statusChanged, prefix));
    const [before, tooLarge, after] = [aStatus(), aStatus({ reason: 'x'.repeat(3 * 1024 * 1024) }), aStatus()];
    const outcomes = await Promise.allSettled(
      [before, tooLarge, after].map((value) => publisher.publish({ topic: topics.statusChanged, key: 'm-1', value })),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(RecordRefused);
    expect((await statuses.until(2)).map((record) => record.json())).toEqual([before, after]);
  });

  it('refuses a record that its topic’s readers could not read: with field and rule, without the value', async () => {
    const statuses = await client.collect(topicName(topics.statusChanged, prefix));
    const [broken, good] = [{ ...aStatus(), nextAt: '+010000-01-01T13:59:59.000Z' }, aStatus()];
    const refused = await publisher
      .publish({ topic: topics.statusChanged, key: 'm-1', value: broken })
      .catch((error: unknown) => error);
    await publisher.publish({ topic: topics.statusChanged, key: 'm-1', value: good });
    expect(refused).toMatchObject({
      code: 'MSG_RECORD_REFUSED',
      stage: 'publish',
      fields: [{ field: 'nextAt', rule: expect.stringContaining('ISO 8601') }],
    });
    expect((refused as Error).message).not.toContain('010000');
    expect((await statuses.until(1)).map((record) => record.json())).toEqual([good]);
  });

  it('reports that Kafka is down when no broker responds', async () => {
    const config = aKafkaConfig(prefix, { KAFKA_BROKERS: '127.0.0.1:1' });
    const lost = new Publisher(createKafka(config, 'test', silentLogger()), config, 'test');
    await expect(lost.publish({ topic: topics.statusChanged, key: null, value: aStatus() })).rejects.toBeInstanceOf(
      InfrastructureDown,
    );
    await lost.close();
  }, 40_000);
});
