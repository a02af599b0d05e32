import { eventually } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeKey } from '../src/access/key/api-key.ts';
import { KeyUsage } from '../src/access/key/key-usage.ts';
import type { ApiKeyList, ApiKeyResponse, MadeKeyResponse } from '../src/access/key/responses.ts';
import { ReportingApi, token } from './reporting-api.ts';

const api = new ReportingApi();
const { ask } = api;
const summary = '/v1/reports/summary';

beforeAll(() => api.start(), 60_000);
afterAll(() => api.stop(), 30_000);

interface Order {
  name?: string;
  scopes?: string[];
  tenants?: 'all' | string[];
  expiresAt?: string;
}

const order = (more: Order = {}) => ({ name: 'a test', scopes: ['read'], tenants: ['shop'], ...more });
const as = (key: string) => ({ authorization: `Bearer ${key}` });
const made = async (more: Order = {}, by = token): Promise<MadeKeyResponse> => {
  const { status, body } = await ask<MadeKeyResponse>('/v1/keys', { body: order(more), ...as(by) });
  expect([status, body]).toEqual([201, expect.objectContaining({ key: expect.any(String) })]);
  return body;
};
const revoke = (id: string, by = token) => ask<ApiKeyResponse>(`/v1/keys/${id}/revoke`, { body: {}, ...as(by) });
const listed = async (query = '', by = token) =>
  (await ask<ApiKeyList>(`/v1/keys${query}`, as(by))).body.items.map(({ id }) => id);
const answerTo = async (key: string) => {
  const { status, body, headers } = await ask<{ code: string; message: string }>(summary, as(key));
  return { status, code: body.code, message: body.message, challenge: headers['www-authenticate'] };
};

describe('an API key', () => {
  it('is made, shown once, and stored as a hash only', async () => {
    const { key, ...shown } = await made({ scopes: ['read', 'operate'], tenants: ['shop', 'bank'] });
    expect(shown).toEqual({
      id: key.slice(4, 14),
      name: 'a test',
      scopes: ['read', 'operate'],
      tenants: ['shop', 'bank'],
      state: 'valid',
      madeBy: `key:${token.slice(4, 14)}`,
      madeAt: expect.any(String),
      expiresAt: null,
      revokedAt: null,
      revokedBy: null,
      lastUsedAt: null,
    });
    expect((await answerTo(key)).status).toBe(200);
    const { rows } = await api.database.pool().query('SELECT to_jsonb(k)::text AS row FROM reporting.api_key k');
    for (const secret of [key, token, key.slice(15), token.slice(15)])
      expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify((await ask('/v1/keys')).body)).not.toContain(key.slice(15));
  });

  it('that is revoked is refused from the next call on, and stays so when it is revoked again', async () => {
    const { key, id } = await made();
    expect((await answerTo(key)).status).toBe(200);
    const first = await revoke(id);
    expect(first).toMatchObject({ status: 200, body: { state: 'revoked', revokedBy: `key:${token.slice(4, 14)}` } });
    expect(await answerTo(key)).toMatchObject({
      status: 401,
      code: 'MSG_KEY_REVOKED',
      challenge: expect.stringMatching(/invalid_token/),
    });
    expect((await revoke(id)).body).toEqual(first.body);
    expect(await listed()).not.toContain(id);
    expect(await listed('?ended=true')).toContain(id);
  });

  it('that has expired is refused, and its expiry must lie ahead when it is made', async () => {
    const expiresAt = new Date(Date.now() + 3_000).toISOString();
    const { key, id } = await made({ expiresAt });
    expect((await answerTo(key)).status).toBe(200);
    const late = await eventually(async () => {
      const answer = await answerTo(key);
      return answer.status === 401 ? answer : undefined;
    });
    expect(late).toMatchObject({ code: 'MSG_KEY_EXPIRED', message: expect.stringContaining(expiresAt) });
    expect((await ask<ApiKeyList>('/v1/keys?ended=true')).body.items).toContainEqual(
      expect.objectContaining({ id, state: 'expired' }),
    );
    const past = await ask('/v1/keys', { body: order({ expiresAt: '2020-01-01T00:00:00Z' }) });
    expect(past).toMatchObject({ status: 400, body: { fields: [{ field: 'expiresAt' }] } });
  });

  it('that is not whole is distinguished from one that is not known, without asking the database', async () => {
    const { key } = await made();
    const malformed = { status: 401, code: 'MSG_KEY_MALFORMED' };
    expect(await answerTo(key.slice(0, 40))).toMatchObject({ ...malformed, message: expect.stringMatching(/cut off/) });
    expect(await answerTo(`${key}A`)).toMatchObject({ ...malformed, message: expect.stringMatching(/was added/) });
    const mistyped = key.slice(0, 30) + (key[30] === 'x' ? 'y' : 'x') + key.slice(31);
    expect(await answerTo(mistyped)).toMatchObject({ ...malformed, message: expect.stringMatching(/checksum/) });
    expect(await answerTo(makeKey().key)).toMatchObject({ status: 401, code: 'MSG_UNAUTHORIZED' });
    // The public id of a known key under another secret.
    await api.database
      .pool()
      .query("UPDATE reporting.api_key SET hash = sha256('another') WHERE id = $1", [key.slice(4, 14)]);
    expect(await answerTo(key)).toMatchObject({ status: 401, code: 'MSG_UNAUTHORIZED' });
  });

  it.each<[string, Order & Record<string, unknown>, string]>([
    ['an unknown scope', { scopes: ['read', 'write'] }, 'scopes[1]'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['a scope twice', { scopes: ['read', 'read'] }, 'scopes'],
    ['no tenant', { tenants: [] }, 'tenants'],
    ['a tenant that none can be called', { tenants: ['Shop!'] }, 'tenants[0]'],
    ['a word for tenants', { tenants: 'some' as 'all' }, 'tenants'],
    ['an expiry that is no time', { expiresAt: 'soon' }, 'expiresAt'],
    ['a name of two lines', { name: 'a\nb' }, 'name'],
    ['a field that there is not', { scope: 'read' }, '(the whole value)'],
  ])('is not made with %s; the field is named', async (_, more, field) => {
    const { status, body } = await ask<{ code: string; fields: { field: string }[] }>('/v1/keys', {
      body: order(more),
    });
    expect([status, body.code, body.fields.map((each) => each.field)]).toEqual([400, 'MSG_BAD_REQUEST', [field]]);
  });

  it('is not revoked by a key in the place of its id, which is not repeated', async () => {
    const { key } = await made();
    const { status, body } = await revoke(key);
    expect([status, JSON.stringify(body).includes(key.slice(15))]).toEqual([400, false]);
    expect((await revoke('0123456789')).status).toBe(404);
  });

  it('is shown with its last use, which is written now and then', async () => {
    const { key, id } = await made();
    await answerTo(key);
    await api.service.app.get(KeyUsage, { strict: false }).write();
    const { body } = await ask<ApiKeyList>('/v1/keys');
    const { lastUsedAt } = body.items.find((item) => item.id === id)!;
    expect(Date.now() - Date.parse(lastUsedAt!)).toBeLessThan(60_000);
  });

  it('is listed page by page, each once', async () => {
    for (let time = 0; time < 5; time += 1) await ask('/v1/keys', { body: order() });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: { body: ApiKeyList } = await ask<ApiKeyList>(`/v1/keys?limit=2&cursor=${cursor}&ended=true`);
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(seen.length).toBeGreaterThan(5);
    expect(seen).toEqual(await listed('?limit=200&ended=true'));
  });
});

describe('an admin of some tenants', () => {
  it('gives neither a scope nor a tenant that it does not have', async () => {
    const { key } = await made({ scopes: ['read', 'admin'], tenants: ['shop', 'bank'] });
    for (const more of [
      { scopes: ['operate'] },
      { scopes: ['read', 'content'] },
      { tenants: 'all' as const },
      { tenants: ['shop', 'other'] },
    ])
      expect([more, await ask('/v1/keys', { body: order(more), ...as(key) })]).toEqual([
        more,
        expect.objectContaining({ status: 403, body: expect.objectContaining({ code: 'MSG_FORBIDDEN' }) }),
      ]);
    const child = await made({ scopes: ['admin'], tenants: ['bank'] }, key);
    expect(child.madeBy).toBe(`key:${key.slice(4, 14)}`);
  });

  it('sees and revokes keys of its tenants alone; others are as if they were not there', async () => {
    const { key, id } = await made({ scopes: ['admin'], tenants: ['shop'] });
    const [own, both, foreign, free] = await Promise.all(
      [['shop'], ['shop', 'bank'], ['bank'], 'all' as const].map((tenants) => made({ tenants })),
    );
    const seen = await listed('?limit=200', key);
    expect(seen).toEqual(expect.arrayContaining([id, own!.id]));
    for (const other of [both, foreign, free]) {
      expect(seen).not.toContain(other!.id);
      const unknown = await revoke('0123456789', key);
      expect(await revoke(other!.id, key)).toMatchObject({ status: 404, body: unknown.body });
      expect((await answerTo(other!.key)).status).toBe(200);
    }
    expect((await revoke(own!.id, key)).status).toBe(200);
  });
});

describe('the first key of an installation', () => {
  it('has every scope, is a key as any other once it was used, and stays revoked', async () => {
    const other = new ReportingApi();
    await other.start();
    try {
      const { body } = await other.ask<ApiKeyList>('/v1/keys');
      expect(body.items).toEqual([
        expect.objectContaining({
          id: token.slice(4, 14),
          name: 'bootstrap',
          scopes: ['read', 'content', 'operate', 'admin'],
          tenants: 'all',
          madeBy: 'REPORTING_BOOTSTRAP_KEY',
        }),
      ]);
      expect((await other.ask(`/v1/keys/${token.slice(4, 14)}/revoke`, { body: {} })).status).toBe(200);
      for (let time = 0; time < 2; time += 1)
        expect(await other.ask(summary)).toMatchObject({ status: 401, body: { code: 'MSG_KEY_REVOKED' } });
    } finally {
      await other.stop();
    }
  }, 60_000);

  it('is entered once where its first uses come at the same moment', async () => {
    const other = new ReportingApi();
    await other.start();
    try {
      const answers = await Promise.all(Array.from({ length: 10 }, () => other.ask(summary)));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
      expect((await other.ask<ApiKeyList>('/v1/keys')).body.items).toHaveLength(1);
      expect((await other.ask<{ items: object[] }>('/v1/audit')).body.items).toHaveLength(1);
    } finally {
      await other.stop();
    }
  }, 60_000);
});
