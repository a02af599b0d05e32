import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DeadLetter, SendDue, StatusChanged } from '#libs/contracts';
import { routeKey } from '#libs/contracts';
import { bootService, type RunningService } from '#libs/runtime';
import {
  aDatabase,
  aDeferred,
  anEmailRequest,
  aTopicPrefix,
  eventually,
  kafkaBrokers,
  KafkaTestClient,
  provisionTopics,
  type TestDatabase,
  withAdmin,
} from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { retryService } from '../src/retry.definition.ts';

const { skip: _, ...everyRecord } = retryService;

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const traceId = '0af7651916cd43dd8448eb211c80319c';

describe('The retry service', () => {
  const prefix = aTopicPrefix();
  const kafka = new KafkaTestClient();
  let database: TestDatabase;
  let service: RunningService;

  beforeAll(async () => {
    database = await aDatabase();
    await provisionTopics(prefix);
    const env = {
      DATABASE_URL: database.url,
      KAFKA_BROKERS: kafkaBrokers(),
      KAFKA_TOPIC_PREFIX: prefix,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      INTERNAL_PORT: '0',
      METRICS_PORT: '0',
      LOG_LEVEL: 'error',
      RETRY_POLL_MS: '50',
      RETRY_URGENT_CAP_MS: '50',
    };
    // Nothing is skipped: the readers of this test live in the same process.
    service = await bootService(everyRecord, env);
    await eventually(async () => (await fetch(`${await service.app.getUrl()}/health/ready`)).ok, { timeoutMs: 30_000 });
  }, 60_000);

  afterAll(async () => {
    await service?.stop();
    await kafka.close();
    await database?.drop();
  }, 30_000);

  const defer = (deferred: object & { messageId: string }) =>
    kafka.produce(`${prefix}send.deferred`, {
      key: deferred.messageId,
      value: deferred,
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    });

  it('hands a failed message back to its channel: next hop, own lane and key, same trace', async () => {
    const due = await kafka.collect(`${prefix}email.due.urgent`);
    const statuses = await kafka.collect(`${prefix}status.changed`);
    await defer(
      aDeferred({
        messageId: 'again',
        lane: 'urgent',
        key: Buffer.from('customer-7').toString('base64'),
        expiresAt: inMs(60_000),
      }),
    );
    const [fact] = await statuses.until(1);
    expect(StatusChanged.parse(fact?.json())).toMatchObject({
      messageId: 'again',
      status: 'retrying',
      source: 'retry',
      hop: 1,
    });
    const [record] = await due.until(1);
    expect(record?.key).toBe('customer-7');
    expect(SendDue.parse(record?.json())).toMatchObject({
      messageId: 'again',
      hop: 2,
      mode: 'send',
      request: { text: 'It works' },
    });
    for (const seen of [fact, record]) expect(seen?.headers['traceparent']).toContain(traceId);
    await eventually(
      async () =>
        (await database.pool().query(`SELECT 1 FROM retry.schedule WHERE state = 'published'`)).rowCount === 1,
    );
  }, 30_000);

  it('gives up a message that expired: a final status and a dead letter with the request', async () => {
    const letters = await kafka.collect(`${prefix}dead-letters`);
    const statuses = await kafka.collect(`${prefix}status.changed`);
    await defer(
      aDeferred({
        messageId: 'late',
        expiresAt: inMs(-1),
        request: anEmailRequest({ messageId: 'late', correlationId: 'order-7' }),
      }),
    );
    expect((await letters.until(1))[0]?.json()).toMatchObject({
      messageId: 'late',
      reason: 'expired',
      request: { correlationId: 'order-7' },
    });
    expect((await statuses.until(1))[0]?.json()).toMatchObject({
      status: 'expired',
      final: true,
      correlationId: 'order-7',
    });
  }, 30_000);

  it('ends a message whose hand-over it cannot read: a final status, and a dead letter of what is left', async () => {
    const letters = await kafka.collect(`${prefix}dead-letters`);
    const statuses = await kafka.collect(`${prefix}status.changed`);
    const broken = { ...aDeferred({ messageId: 'broken', why: 'waiting' }), expiresAt: '+010000-01-01T13:59:59.000Z' };
    await defer(broken);
    await kafka.produce(`${prefix}send.deferred`, {
      key: 'garbled',
      value: 'not json',
      headers: { ce_messagetenant: 'default', ce_messagechannel: 'sms', ce_hop: '2', ce_unconfirmedhop: '1' },
    });
    const facts = (await statuses.until(2)).map((record) => StatusChanged.parse(record.json()));
    expect(facts.find(({ messageId }) => messageId === 'broken')).toMatchObject({
      status: 'failed',
      final: true,
      hop: 1,
      failure: { code: 'MSG_HANDOVER_UNREADABLE', fields: [{ field: 'expiresAt' }] },
    });
    expect(facts.find(({ messageId }) => messageId === 'garbled')).toMatchObject({
      channel: 'sms',
      status: 'unconfirmed',
      final: true,
      hop: 1,
    });
    const given = (await letters.until(2)).map((record) => DeadLetter.parse(record.json()));
    expect(given.find(({ messageId }) => messageId === 'broken')).toMatchObject({
      reason: 'failed',
      lacks: ['expiresAt'],
      request: { text: 'It works' },
    });
    expect(given.find(({ messageId }) => messageId === 'garbled')).toMatchObject({
      reason: 'unconfirmed',
      request: {},
      failure: { remedy: expect.stringContaining('messaging.unreadable') },
    });
  }, 30_000);

  it('ends a message whose plan Kafka does not take back', async () => {
    const letters = await kafka.collect(`${prefix}dead-letters`);
    const statuses = await kafka.collect(`${prefix}status.changed`);
    await defer(
      aDeferred({
        messageId: 'grown',
        why: 'waiting',
        until: inMs(3_600_000),
        expiresAt: inMs(7_200_000),
        attempts: [],
        failure: undefined,
      }),
    );
    await eventually(
      async () =>
        (await database.pool().query(`SELECT 1 FROM retry.schedule WHERE message_id = 'grown'`)).rowCount === 1,
    );
    // As a request whose numbers take more room written out: more than the topic takes.
    await database
      .pool()
      .query(
        "UPDATE retry.schedule SET due_at = now(), payload = jsonb_set(payload::jsonb, '{request,text}', " +
          "to_jsonb(repeat('x', 3000000)))::json WHERE message_id = 'grown'",
      );
    const [fact] = await statuses.until(1);
    expect(fact?.json()).toMatchObject({
      messageId: 'grown',
      status: 'failed',
      final: true,
      hop: 1,
      failure: { code: 'MSG_RECORD_REFUSED' },
    });
    expect((await letters.until(1))[0]?.json()).toMatchObject({
      messageId: 'grown',
      reason: 'failed',
      request: {},
      lacks: ['request', 'attempts'],
    });
    await eventually(
      async () =>
        (await database.pool().query(`SELECT 1 FROM retry.schedule WHERE message_id = 'grown' AND state = 'answered'`))
          .rowCount === 1,
    );
  }, 30_000);

  it('cancels a message that waits, in the trace of the message', async () => {
    const statuses = await kafka.collect(`${prefix}status.changed`);
    await defer(
      aDeferred({
        messageId: 'unwanted',
        why: 'waiting',
        until: inMs(3_600_000),
        expiresAt: inMs(7_200_000),
        attempts: [],
        failure: undefined,
      }),
    );
    await eventually(
      async () =>
        (await database.pool().query(`SELECT 1 FROM retry.schedule WHERE message_id = 'unwanted'`)).rowCount === 1,
    );
    await kafka.produce(`${prefix}cancel.requested`, {
      key: 'unwanted',
      value: { messageId: 'unwanted', channel: 'email' },
    });
    const [fact] = await statuses.until(1);
    expect(fact?.json()).toMatchObject({ messageId: 'unwanted', status: 'cancelled', final: true, hop: 1 });
    expect(fact?.headers['traceparent']).toContain(traceId);
  }, 30_000);

  describe('with a provider that is left alone', () => {
    const topic = `${prefix}provider.changed`;
    const hold = (seq: number, more: object = {}) =>
      kafka.produce(topic, {
        key: 'email:resend:r:all',
        value: {
          eventId: randomUUID(),
          channel: 'email',
          provider: 'resend',
          account: 'r',
          scope: 'all',
          holdId: 'h-1',
          seq,
          state: 'held',
          forMs: 600_000,
          kind: 'throttled',
          code: '429',
          meaning: 'Too many calls.',
          at: inMs(0),
          ...more,
        },
      });
    const held = async () =>
      (await database.pool().query<{ held: boolean }>('SELECT until > now() AS held FROM retry.hold')).rows[0]?.held;

    it('parks what only that provider can take, and hands it back once the hold is lifted', async () => {
      const due = await kafka.collect(`${prefix}email.due`);
      await hold(1);
      await eventually(async () => (await held()) === true);
      await defer(
        aDeferred({
          messageId: 'parked',
          why: 'waiting',
          rests: 1,
          waitsFor: routeKey('email', [{ provider: 'resend', account: 'r' }]),
          expiresAt: inMs(3_600_000),
          attempts: [],
          failure: undefined,
        }),
      );
      await delay(3_500);
      expect(due.records).toEqual([]);
      await hold(2, { state: 'lifted', forMs: 0 });
      const [record] = await due.until(1);
      expect(SendDue.parse(record?.json())).toMatchObject({ messageId: 'parked', hop: 2, mode: 'send', rests: 1 });
      expect(record?.json()).not.toHaveProperty('waitsFor');
    }, 30_000);
  });

  describe('with a lost answer that was not found in time', () => {
    const topic = `${prefix}status.changed`;
    const unconfirmedSince = inMs(-3_600_000);
    const lost = (messageId: string) =>
      aDeferred({
        messageId,
        hop: 2,
        why: 'unknown',
        unconfirmedCall: { hop: 1, at: unconfirmedSince, callId: randomUUID() },
        unconfirmedSince,
        expiresAt: inMs(600_000),
      });
    const stateOf = async (messageId: string) =>
      (
        await database
          .pool()
          .query<{ state: string }>('SELECT state FROM retry.schedule WHERE message_id = $1', [messageId])
      ).rows[0]?.state;
    const isPlanned = (messageId: string) => eventually(async () => (await stateOf(messageId)) !== undefined);
    const receipt = (messageId: string) =>
      kafka.produce(topic, {
        key: messageId,
        value: {
          eventId: randomUUID(),
          messageId,
          tenant: 'default',
          channel: 'email',
          hop: 1,
          status: 'delivered',
          final: true,
          source: 'receipt',
          at: inMs(0),
        },
      });
    /** The channel itself does not run here: its group is said to have read everything. */
    const channelReads = () =>
      withAdmin(async (admin) => {
        const partitions = await admin.fetchTopicOffsets(topic);
        await admin.setOffsets({ groupId: `${prefix}email-facts`, topic, partitions });
      });

    it('resends nothing before its channel has read every earlier fact, nor once evidence is there', async () => {
      const due = await kafka.collect(`${prefix}email.due`);
      await defer(lost('accepted'));
      await defer(lost('unproven'));
      await Promise.all(['accepted', 'unproven'].map(isPlanned));
      await receipt('accepted');
      await eventually(async () => (await stateOf('accepted')) === 'stopped');
      await delay(500);
      expect(await stateOf('unproven')).toBe('pending');
      expect(due.records).toEqual([]);
      await channelReads();
      expect((await due.until(1))[0]?.json()).toMatchObject({ messageId: 'unproven', hop: 3, mode: 'send' });
      expect(due.records).toHaveLength(1);
    }, 30_000);

    it('sends nothing again while retry itself holds an earlier fact that it has not dealt with', async () => {
      const due = await kafka.collect(`${prefix}email.due`);
      await defer(
        aDeferred({
          messageId: 'held',
          hop: 1,
          why: 'waiting',
          until: inMs(3_600_000),
          expiresAt: inMs(7_200_000),
          attempts: [],
          failure: undefined,
        }),
      );
      await isPlanned('held');
      const holder = await database.pool().connect();
      try {
        await holder.query('BEGIN');
        await holder.query(`SELECT 1 FROM retry.schedule WHERE message_id = 'held' FOR UPDATE`);
        await receipt('held');
        await defer(lost('patient'));
        await isPlanned('patient');
        await channelReads();
        await delay(1_000);
        expect(await stateOf('patient')).toBe('pending');
      } finally {
        await holder.query('COMMIT');
        holder.release();
      }
      await channelReads();
      expect((await due.until(1))[0]?.json()).toMatchObject({ messageId: 'patient', hop: 3, mode: 'send' });
      expect(await stateOf('held')).toBe('stopped');
    }, 30_000);
  });
});
