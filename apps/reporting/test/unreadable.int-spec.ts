import { topics } from '#libs/contracts';
import { eventually, KafkaTestClient } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { AuditPage } from '../src/access/audit/responses.ts';
import type { MadeKeyResponse } from '../src/access/key/responses.ts';
import type {
  UnreadableBytesResponse,
  UnreadableDetail,
  UnreadableList,
  UnreadableResponse,
} from '../src/unreadable/responses.ts';
import { ReportingApi, token } from './reporting-api.ts';

const api = new ReportingApi();
const kafka = new KafkaTestClient();
const { ask } = api;
const topic = () => api.prefix + topics.unreadable.name;
const requests = () => `${api.prefix}email.requested`;

beforeAll(() => api.start(), 60_000);
afterAll(async () => {
  await api.stop();
  await kafka.close();
}, 30_000);

/** Quarantines a record, as its service does, and waits until reporting has it. */
async function quarantined(
  value: string | Buffer | null,
  headers: Record<string, string> = {},
): Promise<UnreadableResponse> {
  const error = `of ${randomUUID()}`;
  const more = { 'x-origin-topic': requests(), 'x-error-code': 'MSG_UNREADABLE', 'x-error': error, ...headers };
  await kafka.produce(topic(), { key: 'customer-17', value, headers: more });
  return eventually(async () => (await listed()).items.find((item) => item.error === error));
}
const listed = async (query = '', authorization = `Bearer ${token}`) =>
  (await ask<UnreadableList>(`/v1/unreadable?limit=200${query}`, { authorization })).body;
const keyFor = async (tenants: string[], scopes = ['read', 'content']) => {
  const { body } = await ask<MadeKeyResponse>('/v1/keys', { body: { name: 'a test', scopes, tenants } });
  return `Bearer ${body.key}`;
};

describe('a record that was quarantined', () => {
  it('is shown with cause, place and what to do, without its bytes', async () => {
    const { id } = await quarantined('{"tenant":"shop","messageId":"m-1","to":"secret@inbox.test"}', {
      'x-origin-partition': '1',
      'x-origin-offset': '42',
      'x-quarantined-by': 'email',
    });
    const { status, body } = await ask<UnreadableDetail>(`/v1/unreadable/${id}`);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        origin: requests(),
        originPartition: 1,
        originOffset: 42,
        keptBy: 'email',
        code: 'MSG_UNREADABLE',
        tenant: 'shop',
        messageId: 'm-1',
        keyBytes: 11,
        meaning: expect.stringContaining('No schema accepts'),
        remedy: expect.stringContaining('Correct the producer'),
      }),
    ]);
    const { rows } = await api.database.pool().query('SELECT to_jsonb(u)::text AS row FROM reporting.unreadable u');
    for (const shown of [body, rows]) expect(JSON.stringify(shown)).not.toContain('secret@');
  });

  it('of any form is taken in, and holds up none behind it', async () => {
    for (const value of [null, '', Buffer.from([0, 255, 254]), '['.repeat(100_000), '"text"', Buffer.alloc(900_000)])
      expect(await quarantined(value)).toMatchObject({ tenant: null, valueBytes: value === null ? 0 : value.length });
    await kafka.produce(topic(), { value: 'without any header' });
    await eventually(async () => (await listed('&code=MSG_UNCLASSIFIED')).items[0]?.origin === 'unknown');
  });

  it('is grouped by cause, filtered, and listed page by page', async () => {
    const origin = `${api.prefix}send.deferred`;
    const headers = { 'x-origin-topic': origin, ce_messagetenant: 'paged', 'x-quarantined-by': 'retry' };
    for (let index = 0; index < 3; index += 1) await quarantined('x', headers);
    await quarantined('x', { ...headers, 'x-error-code': 'MSG_HANDLER_BUG' });
    const { causes } = await listed(`&origin=${origin}`);
    expect(causes).toEqual([
      expect.objectContaining({ code: 'MSG_UNREADABLE', origin, keptBy: 'retry', count: 3 }),
      expect.objectContaining({ code: 'MSG_HANDLER_BUG', count: 1 }),
    ]);
    const first = (await ask<UnreadableList>('/v1/unreadable?tenant=paged&limit=3')).body;
    const second = (await ask<UnreadableList>(`/v1/unreadable?tenant=paged&limit=3&cursor=${first.nextCursor}`)).body;
    expect([first.items.length, second.items.length, second.nextCursor, second.causes]).toEqual([3, 1, null, null]);
    expect((await listed('&tenant=paged&since=2999-01-01T00:00:00Z')).items).toEqual([]);
    for (const wrong of ['cursor=abc', 'since=soon', 'limit=0', 'colour=red'])
      expect((await ask(`/v1/unreadable?${wrong}`)).status).toBe(400);
  });

  it('of a tenant is for keys of that tenant, and of one that is not readable for keys of all tenants', async () => {
    const own = await quarantined('{"tenant":"one"}');
    const foreign = await quarantined('{"tenant":"two"}');
    const nobodys = await quarantined('no JSON');
    const key = await keyFor(['one']);
    const seen = await listed('', key);
    expect(seen.items.map(({ id }) => id)).toEqual([own.id]);
    expect(seen.causes).toMatchObject([{ count: 1 }]);
    const unknown = (await ask(`/v1/unreadable/${randomUUID()}`, { authorization: key })).body;
    for (const { id } of [foreign, nobodys])
      for (const path of [id, `${id}/bytes`])
        expect(await ask(`/v1/unreadable/${path}`, { authorization: key })).toMatchObject({
          status: 404,
          body: unknown,
        });
    expect((await ask(`/v1/unreadable/${own.id}`, { authorization: key })).status).toBe(200);
    expect((await ask('/v1/unreadable/17')).status).toBe(400);
  });
});

describe('the bytes of a record that was quarantined', () => {
  const bytesOf = (id: string, query = '') => ask<UnreadableBytesResponse>(`/v1/unreadable/${id}/bytes${query}`);
  const auditOf = async (id: string) =>
    (await ask<AuditPage>('/v1/audit?limit=500')).body.items.filter(({ target }) => target === `unreadable:${id}`);

  it('are read from Kafka when somebody asks who may, as text or in hexadecimal, and that is audited', async () => {
    const [text, bytes] = [await quarantined('{"tenant":"one"}'), await quarantined(Buffer.from([0, 255]))];
    expect((await bytesOf(text.id)).body).toMatchObject({
      key: { encoding: 'utf8', text: 'customer-17' },
      value: { encoding: 'utf8', text: '{"tenant":"one"}', bytes: 16, shown: 16 },
      headers: { 'x-error-code': 'MSG_UNREADABLE' },
    });
    expect((await bytesOf(text.id, '?most=5')).body.value).toMatchObject({ text: '{"ten', bytes: 16, shown: 5 });
    expect((await bytesOf(bytes.id)).body.value).toMatchObject({ encoding: 'hex', text: '00ff' });
    expect(await auditOf(text.id)).toMatchObject([
      { action: 'unreadable.revealed', outcome: 'done', tenants: ['one'] },
      { action: 'unreadable.revealed', tenants: ['one'] },
    ]);
    expect(await auditOf(bytes.id)).toMatchObject([{ tenants: 'all' }]);
    expect((await bytesOf(text.id, '?most=9999999')).status).toBe(400);
  }, 60_000);

  it('are not shown without the scope, which is audited too', async () => {
    const { id } = await quarantined('{"tenant":"one"}');
    const reader = await keyFor(['one'], ['read']);
    expect((await ask(`/v1/unreadable/${id}/bytes`, { authorization: reader })).status).toBe(403);
    expect(await auditOf(id)).toEqual([]);
  });

  it('that Kafka has deleted are gone: the answer says so, and nothing is audited as shown', async () => {
    const { id } = await quarantined('x');
    await api.database.pool().query('UPDATE reporting.unreadable SET record_offset = 1000000 WHERE id = $1', [id]);
    expect(await bytesOf(id)).toMatchObject({ status: 410, body: { code: 'MSG_BYTES_GONE' } });
    expect(await auditOf(id)).toEqual([]);
  });
});
