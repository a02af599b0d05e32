import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { identityKey, recipientHash, topicName, topics } from '#libs/contracts';
import { bootService, type RunningService } from '#libs/runtime';
import {
  aDatabase,
  aStatus,
  aTopicPrefix,
  eventually,
  kafkaBrokers,
  KafkaTestClient,
  provisionTopics,
  type TestDatabase,
} from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeadLetterList, MessageResponse, MessageList, SummaryResponse } from '../src/api/responses.ts';
import { Projection } from '../src/projection/projection.port.ts';
import { reporting } from '../src/reporting.definition.ts';
import { aDeadLetter, fact, hashKey, noon, receipt, requested } from './facts.ts';

const token = 'a-token-for-these-tests';
const prefix = aTopicPrefix();
const kafka = new KafkaTestClient();
let database: TestDatabase;
let service: RunningService;
let projection: Projection;

interface Answer<T> {
  status: number;
  body: T;
  headers: Record<string, unknown>;
}

async function ask<T>(url: string, options: { body?: object; authorization?: string } = {}): Promise<Answer<T>> {
  const { statusCode, headers, payload } = await service.app.inject({
    method: options.body ? 'POST' : 'GET',
    url,
    headers: { authorization: options.authorization ?? `Bearer ${token}` },
    ...(options.body && { payload: options.body }),
  });
  return {
    status: statusCode,
    headers,
    body: (String(headers['content-type']).includes('json') ? JSON.parse(payload) : payload) as T,
  };
}

beforeAll(async () => {
  database = await aDatabase();
  await provisionTopics(prefix, [
    topics.emailRequested,
    topics.smsRequested,
    topics.statusChanged,
    topics.deadLetters,
    topics.unreadable,
  ]);
  service = await bootService(reporting, {
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    METRICS_PORT: '0',
    LOG_LEVEL: 'error',
    DATABASE_URL: database.url,
    KAFKA_BROKERS: kafkaBrokers(),
    KAFKA_TOPIC_PREFIX: prefix,
    RECIPIENT_HASH_KEY: hashKey,
    REPORTING_TOKEN: `another-token-being-rotated,${token}`,
  });
  projection = service.app.get(Projection, { strict: false });
  await eventually(async () => (await ask('/health/ready')).status === 200, { timeoutMs: 30_000, what: 'readiness' });
}, 60_000);

afterAll(async () => {
  await service.stop();
  await kafka.close();
  await database.drop();
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
  it('without a token or with a wrong one is refused with a challenge', async () => {
    for (const authorization of ['', 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`]) {
      const { status, headers, body } = await ask('/v1/reports/summary', { authorization });
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toMatch(/^Bearer /);
      expect(body).toEqual({ code: 'MSG_UNAUTHORIZED', message: expect.any(String), remedy: expect.any(String) });
    }
  });

  it('may use any of the tokens during a rotation', async () => {
    expect((await ask('/v1/reports/summary', { authorization: 'Bearer another-token-being-rotated' })).status).toBe(
      200,
    );
  });

  it('reads health and docs without a token', async () => {
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

/**
 * Every GET of the API, from its own description: its path with a value for each parameter, and the names of its query
 * parameters.
 */
async function routes(): Promise<{ path: string; parts: string[]; query: Map<string, string | undefined> }[]> {
  interface Described {
    name: string;
    in: string;
    schema: { format?: string };
  }
  const { body } = await ask<{ paths: Record<string, { get?: { parameters: Described[] } }> }>('/docs/openapi.json');
  return Object.entries(body.paths).flatMap(([path, { get }]) => {
    if (!get || !path.startsWith('/v1/')) return [];
    const query = get.parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name, schema }) => [name, schema.format] as const);
    return [
      {
        path: path.replace('{channel}', 'email').replace('{messageId}', 'm-1'),
        parts: path.split('/').filter((part) => part.startsWith('{')),
        query: new Map(query),
      },
    ];
  });
}

/** A client that sends a path unchanged. */
async function raw(path: string): Promise<{ status: number | undefined; body: unknown }> {
  const { hostname, port } = new URL(await service.app.getUrl());
  const asked = request({ hostname, port, path, headers: { authorization: `Bearer ${token}` } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, body: await json(answer) };
}

describe('a URL that cannot be decoded', () => {
  const refusal = { code: 'MSG_BAD_REQUEST', message: expect.any(String), remedy: expect.any(String) };
  const malformed = ['%', '%2', '%zz', '%ff', '%E0%A4%A', '%C3%28', '%ED%A0%80'];

  it('is answered with 400 in our shape, whichever part of whichever path is malformed', async () => {
    for (const { path } of await routes()) {
      for (const bad of malformed) {
        const parts = path.split('/').slice(1);
        for (const index of parts.keys()) {
          for (const part of [bad, `${parts[index]}${bad}`]) {
            const { status, body } = await ask(`/${parts.with(index, part).join('/')}`);
            expect([path, bad, status, body]).toEqual([path, bad, 400, refusal]);
          }
        }
      }
    }
  });

  it('is answered with 400 in our shape, whichever value or name of whichever query is malformed', async () => {
    for (const { path, query } of await routes()) {
      expect(query.size).toBeGreaterThan(0);
      for (const bad of malformed) {
        for (const asked of [...[...query.keys()].map((name) => `${name}=${bad}`), `${bad}=1`, bad]) {
          const { status, body } = await ask(`${path}?${asked}`);
          expect([path, asked, status, body]).toEqual([path, asked, 400, expect.objectContaining(refusal)]);
        }
      }
    }
  });

  it('is answered with 400 where a time or a cursor is outside the years 1 to 9999', async () => {
    const odd = [
      '0000-01-01T00:00:00Z',
      '0000-12-31T23:59:59Z',
      '0001-01-01T00:00:00%2B14:00',
      '9999-12-31T23:59:59-14:00',
      '2030-02-30T00:00:00Z',
      '2030-01-31T24:00:00Z',
      '2030-01-31T12:60:00Z',
      '-000001-01-01T00:00:00Z',
      '%2B010000-01-01T00:00:00Z',
      '2030-01-31',
      '1e9',
      '0',
    ];
    const cursors = ['0000-01-01T00:00:00.000Z', '2030-02-30T00:00:00.000Z', '2030-01-31T99:99:99.999Z'].map((at) =>
      Buffer.from(`${at} 00000000-0000-0000-0000-000000000000`).toString('base64url'),
    );
    const asked = (await routes()).flatMap(({ path, query }) =>
      [...query].flatMap(([name, format]) =>
        (format === 'date-time' ? odd : name === 'cursor' ? cursors : []).map((value) => `${path}?${name}=${value}`),
      ),
    );
    expect(asked.length).toBeGreaterThanOrEqual(2 * odd.length + 2 * cursors.length);
    for (const url of asked) {
      const { status, body } = await ask(url);
      expect([url, status, body]).toEqual([
        url,
        400,
        { ...refusal, fields: expect.arrayContaining([expect.objectContaining({ rule: expect.any(String) })]) },
      ]);
    }
  });

  it('may contain the first and the last valid time', async () => {
    for (const query of [
      'since=0001-01-01T00:00:00Z',
      'until=9999-12-31T23:59:59.999Z',
      'since=0001-01-01T00:00:00Z&until=0001-01-02T00:00:00Z',
      'until=0001-01-02T00:00:00Z',
    ]) {
      expect([query, (await ask(`/v1/reports/summary?${query}`)).status]).toEqual([query, 200]);
    }
  });

  it('is answered with 400 for an id that no message can have, such as . and ..', async () => {
    for (const id of ['.', '..', '%2e%2e', '%2E', 'm%201', 'x'.repeat(201), '%00']) {
      expect([id, await raw(`/v1/messages/email/${id}`)]).toEqual([
        id,
        { status: 400, body: { ...refusal, fields: [expect.objectContaining({ field: 'messageId' })] } },
      ]);
    }
    expect(await raw(`/v1/messages/email/${'x'.repeat(700)}`)).toEqual({ status: 414, body: refusal });
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
    const { rows } = await database
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
