import { identityKey, recipientHash, topicName, topics } from '#libs/contracts';
import { aStatus, eventually, KafkaTestClient } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeadLetterList, MessageResponse, MessageList, SummaryResponse } from '../src/api/responses.ts';
import { makeKey } from '../src/access/key/api-key.ts';
import { Projection } from '../src/projection/projection.port.ts';
import { aDeadLetter, fact, hashKey, noon, receipt, requested } from './facts.ts';
import { type Answer, ReportingApi, token } from './reporting-api.ts';

const api = new ReportingApi();
const { ask, prefix } = api;
const kafka = new KafkaTestClient();
let projection: Projection;

beforeAll(async () => {
  await api.start();
  projection = api.service.app.get(Projection, { strict: false });
}, 60_000);

afterAll(async () => {
  await api.stop();
  await kafka.close();
}, 30_000);

const project = async (...facts: ReturnType<typeof fact>[]) =>
  void (await Promise.all(facts.map((each) => projection.project(each))));

describe('a message on its way through Kafka', () => {
  it('can be read with its trace, its masked recipient and its timeline', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    const request = {
      messageId: 'm-1',
      to: [{ email: 'ada@inbox.test' }],
      subject: 'Hello',
      text: 'It works',
      correlationId: 'order-1',
      tags: ['receipt'],
    };
    await kafka.produce(topicName(topics.emailRequested, prefix, 'urgent'), { key: 'm-1', value: request, headers });
    const sent = aStatus({ messageId: 'm-1', lane: 'urgent', at: new Date().toISOString(), providerMessageId: 'p-1' });
    const delivered = aStatus({
      messageId: 'm-1',
      status: 'delivered',
      final: true,
      source: 'receipt',
      at: new Date().toISOString(),
      providerMessageId: 'p-1',
    });
    await kafka.produce(
      topicName(topics.statusChanged, prefix),
      { key: 'm-1', value: delivered },
      { key: 'm-1', value: sent },
    );

    const { body } = await eventually(async () => {
      const answer = await ask<MessageResponse>('/v1/messages/email/m-1');
      return answer.body.timeline?.length === 3 ? answer : undefined;
    });
    expect(body).toMatchObject({
      messageId: 'm-1',
      channel: 'email',
      tenant: 'default',
      lane: 'urgent',
      status: 'delivered',
      final: true,
      engagement: [],
      traceId,
      recipients: ['a***@inbox.test'],
      correlationId: 'order-1',
      tags: ['receipt'],
      deadLetter: null,
    });
    expect(body.timeline.map(({ status }) => status)).toEqual(['accepted', 'sent', 'delivered']);
    expect(JSON.stringify(body)).not.toMatch(/ada@|It works|Hello/);
  });

  it('has the trace of its identity when upstream gave none', async () => {
    await kafka.produce(topicName(topics.smsRequested, prefix), {
      value: { messageId: 'm-2', to: '+12025550123', body: 'It works' },
    });
    const { body } = await eventually(async () => {
      const answer = await ask<MessageResponse>('/v1/messages/sms/m-2');
      return answer.status === 200 ? answer : undefined;
    });
    expect(body.traceId).toBe(identityKey({ tenant: 'default', channel: 'sms', messageId: 'm-2' }).replaceAll('-', ''));
    expect(body).toMatchObject({
      status: 'accepted',
      final: false,
      lane: 'transactional',
      recipients: ['+1******0123'],
    });
  });
});

describe('a caller of the API', () => {
  it('without a key or with an unknown one is refused with a challenge', async () => {
    for (const authorization of ['', 'Bearer wrong', `Basic ${token}`, `Bearer ${makeKey().key}`]) {
      const { status, headers, body } = await ask('/v1/reports/summary', { authorization });
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toMatch(/^Bearer /);
      expect(body).toEqual({ code: 'MSG_UNAUTHORIZED', message: expect.any(String), remedy: expect.any(String) });
    }
  });

  it('reads health and docs without a key', async () => {
    expect((await ask('/health/live', { authorization: '' })).status).toBe(200);
    const docs = await ask<string>('/docs', { authorization: '' });
    expect(docs.status).toBe(200);
    expect(docs.body).toContain('swagger-ui');
    expect((await ask('/docs/swagger-ui-bundle.js', { authorization: '' })).status).toBe(200);
    const { body } = await ask<{
      paths: Record<string, object>;
      components: { schemas: object; securitySchemes: object };
    }>('/docs/openapi.json', { authorization: '' });
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/v1/messages',
        '/v1/messages/search',
        '/v1/messages/{channel}/{messageId}',
        '/v1/reports/summary',
        '/v1/dead-letters',
      ]),
    );
    expect(body.components.securitySchemes).toEqual({ bearer: expect.objectContaining({ scheme: 'bearer' }) });
    for (const [, name] of JSON.stringify(body.paths).matchAll(/"#\/components\/schemas\/(\w+)"/g))
      expect(body.components.schemas).toHaveProperty(name!);
  });

  it('gets the allowed values where a parameter is invalid', async () => {
    const wrong = await ask<{ code: string; message: string }>('/v1/messages/fax/m-1');
    expect(wrong).toMatchObject({
      status: 400,
      body: { code: 'MSG_BAD_REQUEST', message: expect.stringMatching(/channel.*email.*sms/) },
    });
    expect((await ask('/v1/messages/email/unheard-of')).body).toMatchObject({
      code: 'MSG_NOT_FOUND',
      remedy: expect.any(String),
    });
    for (const query of ['status=lost', 'limit=0', 'cursor=bogus', 'chanel=email'])
      expect((await ask(`/v1/messages?${query}`)).status).toBe(400);
    expect((await ask('/v1/reports/summary?since=yesterday')).status).toBe(400);
    expect((await ask('/v1/messages/search', { body: {} })).status).toBe(400);
    expect((await ask('/v1/messages/search', { body: { recipient: '202 555 0123' } })).body).toMatchObject({
      message: expect.stringMatching(/recipient.*country/),
    });
  });
});

describe('reports', () => {
  it('list messages newest first, page by page, each once', async () => {
    await project(
      ...Array.from({ length: 7 }, (_, index) =>
        requested(`list-${index}`, { tenant: 'lists', at: noon + Math.floor(index / 2) }),
      ),
    );
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: Answer<MessageList> = await ask(
        `/v1/messages?tenant=lists&channel=email&status=&limit=3&cursor=${cursor}`,
      );
      seen.push(...body.items.map(({ messageId }) => messageId));
      cursor = body.nextCursor;
    }
    expect(new Set(seen).size).toBe(7);
    expect(seen[0]).toBe('list-6');
    expect(seen.length).toBe(7);
  });

  it('find messages by recipient and by status, without keeping the address', async () => {
    await project(
      requested('to-bob', { tenant: 'finds', to: 'bob@inbox.test' }),
      fact('to-bob', { tenant: 'finds', status: 'failed', final: true }),
      requested('to-eve', { tenant: 'finds', to: 'eve@inbox.test' }),
    );
    const found = await ask<MessageList>('/v1/messages/search', { body: { recipient: ' Bob@Inbox.test' } });
    expect(found.status).toBe(200);
    expect(found.body.items.map(({ messageId }) => messageId)).toEqual(['to-bob']);
    for (const recipient of ['Bob <bob@INBOX.test>', 'mailto:bob@inbox.test'])
      expect((await ask<MessageList>('/v1/messages/search', { body: { recipient } })).body.items).toHaveLength(1);
    const failed = await ask<MessageList>('/v1/messages?tenant=finds&status=failed');
    expect(failed.body.items.map(({ messageId }) => messageId)).toEqual(['to-bob']);
    const { rows } = await api.database
      .pool()
      .query('SELECT hash FROM reporting.recipient WHERE id = $1', [
        identityKey({ tenant: 'finds', channel: 'email', messageId: 'to-bob' }),
      ]);
    expect(rows).toEqual([{ hash: recipientHash(hashKey, 'bob@inbox.test') }]);
  });

  it('count by channel and status', async () => {
    await project(
      requested('a', { tenant: 'sums' }),
      requested('b', { tenant: 'sums' }),
      receipt('b', { tenant: 'sums' }),
    );
    const { body } = await ask<SummaryResponse>(
      '/v1/reports/summary?tenant=sums&since=2030-01-31T00:00:00Z&until=2030-02-01T00:00:00Z',
    );
    expect(body).toEqual({
      since: '2030-01-31T00:00:00.000Z',
      until: '2030-02-01T00:00:00.000Z',
      total: 2,
      channels: { email: { total: 2, accepted: 1, delivered: 1 }, sms: { total: 0 } },
    });
    const now = await ask<SummaryResponse>('/v1/reports/summary');
    expect(now.body.channels.email.total).toBeGreaterThan(0);
  });

  it('explain why a message was given up, with a remedy', async () => {
    const of = { tenant: 'letters', channel: 'email', messageId: 'lost' } as const;
    await project(
      requested('lost', { tenant: 'letters' }),
      fact('lost', { tenant: 'letters', status: 'failed', final: true, source: 'retry' }),
    );
    await projection.addDeadLetter(aDeadLetter({ ...of, id: identityKey(of) }));
    const { body } = await ask<DeadLetterList>('/v1/dead-letters?tenant=letters&limit=10');
    expect(body.nextCursor).toBeNull();
    expect(body.items).toEqual([
      expect.objectContaining({ messageId: 'lost', reason: 'exhausted', status: 'failed', final: true, attempts: 3 }),
    ]);
    const message = await ask<MessageResponse>('/v1/messages/email/lost?tenant=letters');
    expect(message.body.deadLetter).toMatchObject({ reason: 'exhausted', attempts: 3 });
    expect(message.body.timeline.at(-1)?.description).toContain('Given up after 3 attempts');
  });

  it('count a message that was sent long ago as final', async () => {
    await project(requested('old', { at: Date.UTC(2020, 0, 1) }), fact('old', { at: '2020-01-01T00:00:00Z' }));
    expect((await ask<MessageResponse>('/v1/messages/email/old')).body).toMatchObject({ status: 'sent', final: true });
  });
});
