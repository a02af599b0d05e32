import { randomUUID } from 'node:crypto';
import {
  type DeadLetter,
  EmailRequested,
  identityKey,
  RecordRefused,
  recipientRef,
  type SendDeferred,
  SendDue,
  type StatusChanged,
  topics,
  UnreadableRecord,
} from '#libs/contracts';
import { Provider, type ProviderCall, type ProviderCheck, type SendResult } from '#libs/providers';
import { migrate, type Pool } from '#libs/persistence';
import { createLogger } from '#libs/telemetry';
import { aDatabase, aDeferred, aFailure, anEmailRequest, type TestDatabase } from '#libs/testing';
import type { IncomingRecord, Outgoing } from '#libs/transport';
import { ledgerMigrations } from '#libs/delivery-tables';
import { OutcomePublisher } from '../src/publish/outcome-publisher.service.ts';
import type { ChannelPort, Screened } from '../src/channel.port.ts';
import type { Delivery } from '../src/delivery.ts';
import { DeliveryService } from '../src/delivery.service.ts';
import { EndingService } from '../src/ending/ending.service.ts';
import { PostgresLedger } from '../src/ledger/ledger.store.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aChannel, aDelivery, type TestMessage } from './builders/a-delivery.ts';
import { aPublisher } from './builders/a-publisher.ts';
import { anOpenRoute } from './builders/an-open-route.ts';

const hashKey = 'a key for the tests';
const bug = new RangeError('Maximum call stack size exceeded');

class OneAnswer extends Provider<TestMessage> {
  readonly name = 'sendgrid';
  calls = 0;
  answer: SendResult = { sent: true, providerMessageId: 'p-1' };
  send = (_call: ProviderCall<TestMessage>): Promise<SendResult> => {
    this.calls += 1;
    return Promise.resolve(this.answer);
  };
  lookup = () => Promise.resolve({ found: 'unsupported' as const });
  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });
}

describe('a record that is quarantined', () => {
  let database: TestDatabase;
  let pool: Pool;
  let provider: OneAnswer;
  let published: Outgoing[];
  /** Defines which records Kafka refuses. */
  let refuses: (record: Outgoing) => boolean;

  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
    await migrate(pool, 'email', ledgerMigrations);
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    provider = new OneAnswer();
    published = [];
    refuses = () => false;
  });

  const publisher = aPublisher(async (record: Outgoing) => {
    if (refuses(record) || !record.topic.schema?.safeParse(record.value).success)
      throw new RecordRefused(record.topic.name);
    published.push(record);
  });

  function aService(channel: Partial<Pick<ChannelPort<unknown, TestMessage>, 'screen' | 'scopeOf'>> = {}) {
    const logger = createLogger('test', 'silent');
    const outcomes = new OutcomePublisher(publisher);
    const dispatcher = new DeliveryService<TestMessage>({
      providers: [provider],
      channel: aChannel(channel),
      routing: anOpenRoute([provider]),
      outcomes,
      logger,
      ledger: new PostgresLedger({ pool, schema: 'email', leaseMs: 5_000, retentionDays: 14 }),
      stopping: new AbortController().signal,
      leaseMs: 5_000,
      guardMs: 100,
      retentionDays: 14,
    });
    const recipientsOf = () => [recipientRef(hashKey, 'ada@inbox.test')];
    return {
      dispatcher,
      ending: new EndingService({
        channel: 'email',
        schema: EmailRequested as never,
        recipientsOf,
        dispatcher,
        outcomes,
        logger,
      }),
    };
  }

  const recordOf = (value: object, more: Partial<IncomingRecord> = {}): IncomingRecord => ({
    topic: topics.emailRequested,
    topicName: 'messaging.email.requested',
    lane: 'transactional',
    partition: 0,
    offset: 1,
    key: null,
    headers: {},
    timestamp: Date.now(),
    bytes: 0,
    value: Buffer.from(JSON.stringify(value)),
    ...more,
  });

  /** As the engine makes it of this record. */
  const deliveryOf = (record: IncomingRecord, request: EmailRequested, more: Partial<Delivery<TestMessage>> = {}) =>
    aDelivery({
      messageId: request.messageId,
      source: `${record.topicName}/0/${record.offset}`,
      requestedAt: new Date(record.timestamp),
      digest: undefined,
      ...more,
    });

  const reported = () =>
    published
      .map(({ value }) => value as unknown as StatusChanged & SendDeferred & DeadLetter)
      .map(({ status, final, why, failure }) => [status ?? why, final ?? failure?.code]);

  it('whose processing throws before the claim: its message ends failed, and is handed over', async () => {
    const request = anEmailRequest();
    const record = recordOf(request);
    for (const _ of [1, 2]) await aService().ending.onQuarantine(record, bug);
    expect(reported()).toEqual([
      ['failed', true],
      ['failed', 'MSG_HANDLER_BUG'],
      ['failed', true],
      ['failed', 'MSG_HANDLER_BUG'],
    ]);
    expect(published.slice(2).map(({ value }) => value)).toEqual(published.slice(0, 2).map(({ value }) => value));
    expect(published[1]!.value).toMatchObject({
      request: { messageId: request.messageId, text: 'It works' },
      failure: { retry: 'never', remedy: expect.stringContaining('messaging.unreadable') },
    });
  });

  it('whose processing throws before the call: failed, and nothing was sent', async () => {
    const request = anEmailRequest();
    const record = recordOf(request);
    const { dispatcher, ending } = aService({ screen: (): Promise<Screened<TestMessage>> => Promise.reject(bug) });
    await expect(dispatcher.dispatch(deliveryOf(record, request))).rejects.toBe(bug);
    expect(published).toEqual([]);
    await ending.onQuarantine(record, bug);
    expect(reported()).toEqual([
      ['failed', true],
      ['failed', 'MSG_HANDLER_BUG'],
    ]);
    expect(provider.calls).toBe(0);
  });

  it('whose processing throws after the call: never failed, but looked up', async () => {
    const request = anEmailRequest();
    const record = recordOf(request);
    provider.answer = { sent: false, failure: aFailure({ kind: 'bad-recipient', retry: 'never', suppress: true }) };
    const { dispatcher, ending } = aService({
      scopeOf: () => {
        throw bug;
      },
    });
    await expect(dispatcher.dispatch(deliveryOf(record, request))).rejects.toBe(bug);
    for (const _ of [1, 2]) await ending.onQuarantine(record, bug);
    expect(reported().slice(0, 2)).toEqual([
      ['unconfirmed', false],
      ['unknown', 'MSG_ADAPTER_FAULT'],
    ]);
    expect(published[1]!.value).toMatchObject({ unconfirmedCall: { hop: 1, provider: 'sendgrid' } });
    expect(published.slice(2).map(({ value }) => value)).toEqual(published.slice(0, 2).map(({ value }) => value));
  });

  it('has an id that was used for other content: the first message is not changed', async () => {
    const request = anEmailRequest();
    const [first, second] = [recordOf(request), recordOf({ ...request, subject: 'Something else' }, { offset: 2 })];
    const { dispatcher, ending } = aService();
    await dispatcher.dispatch(deliveryOf(first, request));
    await ending.onQuarantine(second, bug);
    expect(reported()).toEqual([['sent', false]]);
  });

  it('is a later hop that cannot be read: failed by its headers, and its unconfirmed call is reconciled', async () => {
    const due = recordOf(
      {},
      { topic: topics.emailDue, topicName: 'messaging.email.due', value: Buffer.from('not json') },
    );
    const headersOf = (messageId: string) => ({
      ce_messageid: messageId,
      ce_messagetenant: 'default',
      ce_messagechannel: 'email',
      ce_hop: '2',
    });
    const { ending } = aService();
    await ending.onQuarantine({ ...due, headers: headersOf(`m-${randomUUID()}`) }, new UnreadableRecord('no'));
    await ending.onQuarantine(
      { ...due, headers: { ...headersOf(`m-${randomUUID()}`), ce_unconfirmedhop: '1' } },
      new UnreadableRecord('no'),
    );
    await ending.onQuarantine(due, new UnreadableRecord('no'));
    expect(reported()).toEqual([
      ['failed', true],
      ['failed', 'MSG_HANDOVER_UNREADABLE'],
      ['unknown', 'MSG_UNRESOLVED'],
    ]);
    expect(published[1]!.value).toMatchObject({ hop: 2, request: {} });
    expect(published[2]!.value).toMatchObject({ hop: 2, unconfirmedCall: { hop: 1 } });
  });

  it('contains a request that breaks its schema by now: the hop ends failed, with the fields', async () => {
    const { messageId, ...request } = anEmailRequest();
    const due = SendDue.parse({
      ...aDeferred({ messageId, attempts: [] }),
      request: { ...request, messageId, to: 'nobody' },
      hop: 2,
      mode: 'send',
      why: 'Its time has come.',
      dueAt: new Date().toISOString(),
    });
    const error = new UnreadableRecord('the request inside breaks its schema', [
      { field: 'to', rule: 'must be a list' },
    ]);
    await aService().ending.onQuarantine(
      recordOf(due, { topic: topics.emailDue, topicName: 'messaging.email.due' }),
      error,
    );
    expect(published[0]!.value).toMatchObject({
      status: 'failed',
      final: true,
      hop: 2,
      failure: { code: 'MSG_HANDOVER_UNREADABLE', fields: error.fields },
    });
  });

  it('was to be handed over, and Kafka refuses it: it ends failed, without its request, and says so', async () => {
    const request = anEmailRequest();
    const record = recordOf(request);
    refuses = ({ topic, value }) =>
      topic === topics.sendDeferred && Object.keys((value as SendDeferred).request).length > 0;
    const later = deliveryOf(record, request, { sendAt: new Date(Date.now() + 60_000) });
    const { dispatcher, ending } = aService();
    const error = await dispatcher.dispatch(later).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RecordRefused);
    for (const _ of [1, 2]) await ending.onQuarantine(record, error);
    const own = published.filter(({ topic }) => topic === topics.sendDeferred).map(({ value }) => value);
    expect(own[0]).toMatchObject({
      request: {},
      attempts: [],
      lacks: ['request', 'attempts'],
      why: 'failed',
      failure: { code: 'MSG_RECORD_REFUSED', retry: 'never' },
    });
    expect(own[1]).toEqual(own[0]);
    expect(reported()).toContainEqual(['failed', true]);
  });

  it('has a provider’s text that cannot be stored: the message is reported as sent all the same', async () => {
    const request = anEmailRequest();
    provider.answer = { sent: true, providerMessageId: 'p\u0000-\ud800' };
    await aService().dispatcher.dispatch(deliveryOf(recordOf(request), request));
    expect(published.map(({ value }) => value)).toMatchObject([
      { status: 'sent', providerMessageId: expect.stringMatching(/^p-/) },
    ]);
    const { rows } = await pool.query<{ state: string }>('SELECT state FROM email.ledger WHERE id = $1', [
      identityKey({ tenant: 'default', channel: 'email', messageId: request.messageId }),
    ]);
    expect(rows).toEqual([{ state: 'sent' }]);
  });

  it('reports that an acceptance was revoked: the message is not resent, and ends failed', async () => {
    const fact = {
      eventId: randomUUID(),
      messageId: 'm-1',
      tenant: 'default',
      channel: 'email',
      hop: 1,
      status: 'retrying',
      final: false,
      source: 'receipt',
      at: new Date().toISOString(),
    };
    await aService().ending.onQuarantine(
      recordOf(fact, { topic: topics.statusChanged, topicName: 'messaging.status.changed' }),
      bug,
    );
    expect(reported()).toEqual([['failed', true]]);
  });
});
