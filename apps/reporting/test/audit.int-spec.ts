import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Audit } from '../src/access/audit/audit.port.ts';
import { type AuditRow, ChainCheck } from '../src/access/audit/chain.ts';
import type { AuditPage } from '../src/access/audit/responses.ts';
import type { MadeKeyResponse } from '../src/access/key/responses.ts';
import { ReportingApi, token } from './reporting-api.ts';

const api = new ReportingApi();
const { ask } = api;
const me = `key:${token.slice(4, 14)}`;

beforeAll(() => api.start(), 60_000);
afterAll(() => api.stop(), 30_000);

const as = (key: string) => ({ authorization: `Bearer ${key}` });
const sql = (text: string) => api.database.pool().query(text);
const makes = (more: object = {}, by = token) =>
  ask<MadeKeyResponse>('/v1/keys', {
    body: { name: 'a test', scopes: ['read'], tenants: ['shop'], ...more },
    ...as(by),
  });

async function pages(by = token, limit = 500): Promise<AuditPage[]> {
  const all: AuditPage[] = [];
  for (let cursor: string | null = '0'; cursor !== null;) {
    const { body }: { body: AuditPage } = await ask<AuditPage>(`/v1/audit?limit=${limit}&cursor=${cursor}`, as(by));
    all.push(body);
    cursor = body.nextCursor;
  }
  return all;
}
const rows = async (by = token): Promise<AuditRow[]> => (await pages(by)).flatMap(({ items }) => items);

async function breaks(): Promise<string[]> {
  const check = new ChainCheck();
  const all = await pages(token, 7);
  for (const row of all.flatMap(({ items }) => items)) check.add(row);
  check.end(all.at(-1)!.head!);
  return check.breaks.map(({ seq, what }) => `${seq}: ${what}`);
}

describe('the audit', () => {
  it('has a row for each change and each refused attempt, and none for what only reads', async () => {
    const { body: child } = await makes({ scopes: ['read'], tenants: ['shop'] });
    await ask(`/v1/keys/${child.id}/revoke`, { body: {} });
    const before = await rows();
    expect(before.slice(-2)).toEqual([
      expect.objectContaining({
        who: me,
        action: 'key.made',
        target: `key:${child.id}`,
        tenants: ['shop'],
        outcome: 'done',
        details: { scopes: ['read'] },
      }),
      expect.objectContaining({ who: me, action: 'key.revoked', target: `key:${child.id}`, outcome: 'done' }),
    ]);

    const { body: reader } = await makes();
    const attempts = [
      makes({}, reader.key),
      ask('/v1/keys/0123456789/revoke', { body: {} }),
      makes({ scopes: ['nothing'] }),
      ask('/v1/messages'),
      ask('/v1/messages', as('mik_nothing')),
      ask(`/v1/keys/${child.id}/revoke`, { body: {} }),
    ];
    expect((await Promise.all(attempts)).map(({ status }) => status)).toEqual([403, 404, 400, 200, 401, 200]);
    const added = (await rows()).slice(before.length + 1);
    expect(
      added.map(({ who, action, outcome, target, details }) => ({ who, action, outcome, target, details })),
    ).toEqual(
      expect.arrayContaining([
        {
          who: `key:${reader.id}`,
          action: 'key.made',
          outcome: 'refused',
          target: 'POST /v1/keys',
          details: { status: 403 },
        },
        {
          who: me,
          action: 'key.revoked',
          outcome: 'refused',
          target: 'POST /v1/keys/:keyId/revoke',
          details: { status: 404 },
        },
      ]),
    );
    expect(added).toHaveLength(2);
  });

  it('holds no secret and no text that a person wrote', async () => {
    const { body } = await makes({ name: 'for ada@inbox.test' });
    await ask('/v1/keys/ada@inbox.test/revoke', { body: {} });
    const all = JSON.stringify(await rows());
    for (const text of [body.key, body.key.slice(15), token, 'ada@', 'for ']) expect(all).not.toContain(text);
  });

  it('is one chain, whoever wrote at the same moment', async () => {
    const before = (await rows()).length;
    const audit = api.service.app.get(Audit, { strict: false });
    await Promise.all([
      ...Array.from({ length: 20 }, () => makes()),
      ...Array.from({ length: 20 }, (_, at) =>
        audit.record({ who: me, action: 'key.made', target: `key:${at}`, tenants: 'all', outcome: 'refused' }),
      ),
    ]);
    expect((await rows()).length).toBe(before + 40);
    expect(await breaks()).toEqual([]);
  });

  it('is not written where its change is rolled back, and its change not where the audit is refused', async () => {
    const before = await rows();
    await sql('ALTER TABLE reporting.audit ADD CONSTRAINT never CHECK (seq < 0) NOT VALID');
    expect((await makes()).status).toBe(500);
    await sql('ALTER TABLE reporting.audit DROP CONSTRAINT never');
    const { rows: keys } = await sql('SELECT count(*) AS count FROM reporting.api_key');
    expect((await makes()).status).toBe(201);
    const { rows: after } = await sql('SELECT count(*) AS count FROM reporting.api_key');
    expect([(after[0] as { count: number }).count, (await rows()).length]).toEqual([
      (keys[0] as { count: number }).count + 1,
      before.length + 1,
    ]);
    expect(await breaks()).toEqual([]);
  });

  it.each([
    "UPDATE reporting.audit SET who = 'key:other' WHERE seq = 1",
    'DELETE FROM reporting.audit WHERE seq = 1',
    'DELETE FROM reporting.audit',
    'TRUNCATE reporting.audit',
  ])('refuses %s', async (text) => {
    await expect(sql(text)).rejects.toThrow('the audit only grows');
  });

  it('shows to an admin of some tenants what concerns these alone, and no head', async () => {
    const { body: own } = await makes({ scopes: ['read', 'admin'], tenants: ['shop'] });
    const { body: foreign } = await makes({ tenants: ['bank'] });
    await makes({ tenants: ['shop', 'bank'] });
    const [page] = await pages(own.key);
    expect(page!.head).toBeNull();
    expect(page!.items.length).toBeGreaterThan(1);
    for (const row of page!.items) expect(row.tenants).toEqual(['shop']);
    expect(JSON.stringify(page)).not.toContain(foreign.id);
  });

  it.each([
    ['a row was changed', "UPDATE reporting.audit SET who = 'key:other' WHERE seq = 5", /^5: .*changed/],
    ['a row was removed', 'DELETE FROM reporting.audit WHERE seq = 5', /^6: rows 5 to 5 are missing/],
    [
      'the last row was removed',
      'DELETE FROM reporting.audit WHERE seq = (SELECT max(seq) FROM reporting.audit)',
      /^\d+: rows \d+ to \d+, the last ones, are missing/,
    ],
    [
      'a row was inserted behind the last one',
      `INSERT INTO reporting.audit SELECT seq + 1, at, who, action, target, tenants, outcome, details, hash, hash
         FROM reporting.audit ORDER BY seq DESC LIMIT 1`,
      /^\d+: .*changed|inserted/,
    ],
  ])('breaks visibly where %s by somebody who may alter the table', async (_, text, words) => {
    expect(await breaks()).toEqual([]);
    await sql('CREATE TABLE reporting.kept AS SELECT * FROM reporting.audit');
    try {
      await sql('ALTER TABLE reporting.audit DISABLE TRIGGER USER');
      await sql(text);
      expect((await breaks())[0]).toMatch(words);
    } finally {
      await sql('DELETE FROM reporting.audit; INSERT INTO reporting.audit SELECT * FROM reporting.kept');
      await sql('ALTER TABLE reporting.audit ENABLE TRIGGER USER; DROP TABLE reporting.kept');
    }
  });

  it('refuses a cursor or a limit that makes no sense', async () => {
    expect((await ask('/v1/audit?cursor=x')).status).toBe(400);
    expect((await ask('/v1/audit?limit=501')).status).toBe(400);
  });
});
