import { setTimeout as delay } from 'node:timers/promises';
import { EmailRequested, InfrastructureDown, type Topic, topicName, topics } from '#libs/contracts';
import { activeSpanAttributes, activeTraceId, startTelemetry } from '#libs/telemetry';
import {
  aDeferred,
  aKafka,
  aKafkaConfig,
  aStatus,
  aTopicPrefix,
  type Collected,
  eventually,
  KafkaTestClient,
  provisionTopics,
  silentLogger,
} from '#libs/testing';
import { type IncomingRecord, KafkaStrategy, Publisher, type RecordContext, Stopping } from '#libs/transport';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isObservable, Subject, tap, throwError } from 'rxjs';

const topic = topics.emailRequested;
const email = (messageId: string, more: object = {}) => ({
  messageId,
  to: [{ email: 'ada@inbox.test' }],
  subject: 'Hello',
  text: 'It works',
  ...more,
});

type Handler = (request: EmailRequested, context: RecordContext) => Promise<unknown>;

describe('the Kafka transport', () => {
  const client = new KafkaTestClient();
  const onQuarantine = jest.fn(async (_record: IncomingRecord, _error: unknown) => {});
  let prefix: string;
  let publisher: Publisher;
  let strategy: KafkaStrategy | undefined;
  let stopTelemetry: () => Promise<void>;
  let unreadable: Collected;
  let handled: string[];

  beforeAll(async () => void (stopTelemetry = await startTelemetry('test', {})));
  beforeEach(async () => {
    prefix = aTopicPrefix();
    handled = [];
    onQuarantine.mockClear();
    publisher = new Publisher(aKafka(), aKafkaConfig(prefix), 'test');
    await provisionTopics(prefix, [topic, topics.unreadable, topics.statusChanged], 1);
    unreadable = await client.collect(topicName(topics.unreadable, prefix));
  });
  afterEach(async () => {
    await strategy?.close();
    await publisher.close();
  });
  afterAll(async () => {
    await client.close();
    await stopTelemetry();
  });

  const produce = (...values: (object | string | Buffer | null)[]) =>
    client.produce(topicName(topic, prefix), ...values.map((value) => ({ key: 'same', value })));

  async function listen(handler: Handler = async () => {}, service = 'email'): Promise<void> {
    strategy = new KafkaStrategy({
      kafka: aKafka(),
      config: aKafkaConfig(prefix),
      publisher,
      service,
      logger: silentLogger(),
      onQuarantine,
      graceMs: 1_000,
    });
    strategy.addHandler(
      topic.name,
      async (request: EmailRequested, context: RecordContext) => {
        const answer = await handler(request, context);
        if (isObservable(answer)) return answer.pipe(tap({ complete: () => handled.push(request.messageId) }));
        handled.push(request.messageId);
        return undefined;
      },
      true,
    );
    await new Promise<void>((resolve, reject) =>
      strategy!.listen((error) => (error ? reject(error as Error) : resolve())),
    );
  }

  it('gives the handler the value as the schema parses it, and as it was written', async () => {
    const seen = Promise.withResolvers<[EmailRequested, unknown]>();
    await listen(async (request, context) => seen.resolve([request, context.json]));
    await produce(email('m-1', { campaign: 7 }));
    const [request, json] = await seen.promise;
    expect(request).toMatchObject({ messageId: 'm-1', tenant: 'default', campaign: 7 });
    expect(json).toEqual(email('m-1', { campaign: 7 }));
  });

  it('waits for a handler that returns a stream (behind an interceptor), and quarantines its failures', async () => {
    const open = new Subject<void>();
    await listen(({ messageId }) =>
      Promise.resolve(messageId === 'm-bug' ? throwError(() => new TypeError('a bug')) : open),
    );
    await produce(email('m-slow'), email('m-bug'), email('m-next'));
    await delay(300);
    expect(handled).toEqual([]);
    open.complete();
    await eventually(() => handled.length === 2);
    expect(handled).toEqual(['m-slow', 'm-next']);
    const [record] = await unreadable.until(1);
    expect(record!.json()).toEqual(email('m-bug'));
  });

  it('reads all lanes of a topic', async () => {
    const lanes: string[] = [];
    await listen(async (_, context) => void lanes.push(context.record.lane));
    await client.produce(topicName(topic, prefix, 'urgent'), { value: email('m-1') });
    await client.produce(topicName(topic, prefix, 'bulk'), { value: email('m-2') });
    await produce(email('m-3'));
    await eventually(() => lanes.length === 3);
    expect(lanes.sort()).toEqual(['bulk', 'transactional', 'urgent']);
  });

  it('quarantines what breaks its schema, bytes unchanged, and the partition continues', async () => {
    await listen();
    const bad = [
      Buffer.from('not json'),
      Buffer.from([0xff, 0xfe, 0x00]),
      email('x'.repeat(10_000)),
      email('m-crlf', { to: [{ email: 'ada@inbox.test\r\nBcc: eve@inbox.test' }] }),
      {},
      '[]',
      '',
      null,
    ];
    for (const value of bad) await produce(value);
    await produce(email('m-good'));
    await eventually(() => handled.length === 1);
    const records = await unreadable.until(bad.length);
    expect(records).toHaveLength(bad.length);
    expect(records[0]!.value!.toString()).toBe('not json');
    expect(records[1]!.value).toEqual(Buffer.from([0xff, 0xfe, 0x00]));
    expect(records[2]!.json()).toEqual(bad[2]);
    expect(records[0]).toMatchObject({
      key: 'same',
      headers: {
        'x-origin-topic': topicName(topic, prefix),
        'x-origin-partition': '0',
        'x-origin-offset': '0',
        'x-quarantined-by': 'email',
        'x-error-code': 'MSG_UNREADABLE',
        'x-error-stage': 'decode',
      },
    });
    expect(records[3]!.headers['x-error']).toContain('to[0].email must be an e-mail address');
    for (const { headers } of records) expect(JSON.stringify(headers)).not.toContain('inbox.test');
    expect(onQuarantine).toHaveBeenCalledTimes(bad.length);
  });

  it('leaves it to the first reader of a topic to quarantine a record, so that it is kept once', async () => {
    await listen(undefined, 'reporting');
    await produce('not json', email('m-good'));
    await eventually(() => handled.length === 1);
    expect(unreadable.records).toEqual([]);
  });

  it('accepts any bytes as a key, or none, and keeps them when the record is quarantined', async () => {
    await listen();
    const keys = [Buffer.from([0xff, 0x00, 0xfe]), Buffer.from([0xfe, 0x00, 0xff]), Buffer.alloc(0), null];
    for (const [number, key] of keys.entries())
      await client.produce(
        topicName(topic, prefix),
        { key, value: email(`m-${number}`) },
        { key, value: 'not json' },
        { key, value: null },
      );
    await eventually(() => handled.length === keys.length);
    const records = await unreadable.until(2 * keys.length);
    const from = (offset: number) => records.find(({ headers }) => headers['x-origin-offset'] === String(offset));
    for (const [number, key] of keys.entries()) {
      const [text, tombstone] = [from(3 * number + 1), from(3 * number + 2)];
      expect([text!.keyBytes, text!.value]).toEqual([key, Buffer.from('not json')]);
      expect([tombstone!.keyBytes, tombstone!.value]).toEqual([key, null]);
      expect(tombstone!.headers).toMatchObject({
        'x-error-code': 'MSG_UNREADABLE',
        'x-error': 'the record has no value',
      });
    }
  });

  it('never gets a record of 5 MB: Kafka refuses it with an error, and the topic continues', async () => {
    await listen();
    const refused = produce(email('m-huge', { html: 'x'.repeat(5 * 1024 * 1024 - 1_000) }));
    await expect(refused).rejects.toMatchObject({
      type: 'MESSAGE_TOO_LARGE',
      code: 10,
      retriable: false,
      message: 'The request included a message larger than the max message size the server will accept',
    });
    await produce(email('m-good'));
    await eventually(() => handled.length === 1);
    expect(handled).toEqual(['m-good']);
    expect(unreadable.records).toEqual([]);
  });

  it('accepts a record of 900 KB', async () => {
    await listen();
    await produce(email('m-large', { html: 'x'.repeat(900 * 1024) }));
    await eventually(() => handled.length === 1);
    expect(unreadable.records).toEqual([]);
  });

  it('quarantines a record that its handler cannot process, and reveals nothing of its content', async () => {
    await listen(async ({ messageId }) => {
      if (messageId === 'm-bug') throw new TypeError('cannot write to ada@inbox.test');
    });
    await produce(email('m-bug'), email('m-good'));
    await eventually(() => handled.length === 1);
    const [record] = await unreadable.until(1);
    expect(record!.headers).toMatchObject({ 'x-error-code': 'MSG_HANDLER_BUG', 'x-error': 'TypeError' });
    expect(JSON.stringify(record!.headers)).not.toContain('ada');
    await eventually(() => onQuarantine.mock.calls.length === 1);
    expect(onQuarantine).toHaveBeenCalledWith(expect.objectContaining({ offset: 0 }), expect.any(TypeError));
  });

  it('ends the message of a record only once that is quarantined, waiting for what is down', async () => {
    const kept: number[] = [];
    let down = 2;
    onQuarantine.mockImplementation(async () => {
      kept.push(unreadable.records.length);
      if (down-- > 0) throw new InfrastructureDown('postgres', 'claim');
    });
    await listen();
    await produce('not json', email('m-good'));
    await eventually(() => kept.length === 3);
    await eventually(() => unreadable.records.length === 1);
    expect(handled).toEqual(['m-good']);
    expect(unreadable.records).toHaveLength(1);
    onQuarantine.mockReset();
  });

  it('continues where the message of a record cannot be ended', async () => {
    onQuarantine.mockRejectedValue(new TypeError('a bug in the ending'));
    await listen();
    await produce('not json', email('m-good'));
    await eventually(() => handled.length === 1 && unreadable.records.length === 1);
    await strategy!.close();
    onQuarantine.mockReset();
    // Committed after both.
    await listen();
    await produce(email('m-next'));
    await eventually(() => handled.includes('m-next'));
    expect(handled).toEqual(['m-good', 'm-next']);
  });

  it('waits for a dependency that is down, in order, and quarantines nothing', async () => {
    let down = 3;
    await listen(async ({ messageId }) => {
      if (messageId === 'm-1' && down > 0) {
        down -= 1;
        throw new InfrastructureDown('postgres', 'claim');
      }
    });
    await produce(email('m-1'), email('m-2'));
    await eventually(() => handled.length === 2);
    expect(handled).toEqual(['m-1', 'm-2']);
    expect(unreadable.records).toEqual([]);
  });

  it('leaves a record to the next replica when the service stops during its processing', async () => {
    const started = Promise.withResolvers<void>();
    await listen(async () => {
      started.resolve();
      throw new Stopping();
    });
    await produce(email('m-1'));
    await started.promise;
    await strategy!.close();
    await listen();
    await eventually(() => handled.length === 1);
    expect(unreadable.records).toEqual([]);
  });

  it('continues the trace of the record in what its handler publishes', async () => {
    const statuses = await client.collect(topicName(topics.statusChanged, prefix));
    await listen(() =>
      publisher.publish({ topic: topics.statusChanged, key: 'm-1', value: aStatus({ eventId: 'e-1' }) }),
    );
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await client.produce(topicName(topic, prefix), {
      value: email('m-1'),
      headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` },
    });
    const [record] = await statuses.until(1);
    expect(record!.headers['traceparent']).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
    expect(record!.headers).toMatchObject({
      ce_id: 'e-1',
      ce_type: 'messaging.status.changed',
      ce_source: 'messaging/test',
      'content-type': 'application/json',
    });
  });

  it('names the message on the span of every record that is about one, whatever its topic', async () => {
    const of = (messageId: string) => ({
      ...aDeferred({ messageId }),
      dueAt: '2030-01-31T12:00:00Z',
      mode: 'send',
      reason: 'expired',
    });
    const value = (messageId: string) => ({ ...of(messageId), to: '+12025550123', body: 'It works', channel: 'sms' });
    const about = Object.values<Topic>(topics).filter(
      (each) =>
        each.traced && !each.coming && each.schema?.safeParse(value('m-1')).success && each.schema !== EmailRequested,
    );
    await provisionTopics(
      prefix,
      about.filter((each) => each !== topic),
      1,
    );
    const spans = new Map<string, unknown>();
    strategy = new KafkaStrategy({
      kafka: aKafka(),
      config: aKafkaConfig(prefix),
      publisher,
      service: 'email',
      logger: silentLogger(),
      graceMs: 1_000,
    });
    for (const each of [topic, ...about])
      strategy.addHandler(
        each.name,
        async () => void spans.set(each.name, activeSpanAttributes()['messaging.message.id']),
        true,
      );
    await new Promise<void>((resolve, reject) =>
      strategy!.listen((error) => (error ? reject(error as Error) : resolve())),
    );
    await produce(email(topic.name));
    for (const each of about) await client.produce(topicName(each, prefix), { value: value(each.name) });
    await eventually(() => spans.size === about.length + 1);
    expect([...spans.keys()]).toEqual(
      expect.arrayContaining([
        'email.requested',
        'sms.requested',
        'email.due',
        'sms.due',
        'send.deferred',
        'dead-letters',
        'cancel.requested',
      ]),
    );
    for (const [name, messageId] of spans) expect(messageId).toBe(name);
  });

  it('gives a request without a trace one of its own: the same each time it is read', async () => {
    const traces: (string | undefined)[] = [];
    await listen(async () => void traces.push(activeTraceId()));
    await produce(email('m-1'), email('m-1'), email('m-2'));
    await eventually(() => traces.length === 3);
    expect(traces[0]).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(traces[1]).toBe(traces[0]);
    expect(traces[2]).not.toBe(traces[0]);
  });
});
