import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  liftHeaders,
  OperationRequested,
  recipientRef,
  sealedAddressContext,
  SuppressWork,
  topicName,
  topics,
  UnsuppressWork,
} from '#libs/contracts';
import { KeyRing, Sealing } from '#libs/custody';
import type { Pool } from '#libs/persistence';
import { POOL } from '#libs/runtime';
import { type Collected, eventually, KafkaTestClient } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditPage } from '../src/access/audit/responses.ts';
import type { MadeKeyResponse } from '../src/access/key/responses.ts';
import type { OperationResponse } from '../src/operations/responses.ts';
import { KnownSuppressions } from '../src/suppressions/known-suppressions.port.ts';
import type { SuppressionList, SuppressionsFound } from '../src/suppressions/responses.ts';
import { aSuppressionChange, hashKey, shuffled } from './facts.ts';
import { ReportingApi, token } from './reporting-api.ts';

const keyFolder = mkdtempSync(join(tmpdir(), 'reporting-keys-'));
const api = new ReportingApi({ CUSTODY_KEYRING_DIR: keyFolder });
let requested: Collected;
const kafka = new KafkaTestClient();
const { ask } = api;
const at = (minute: number) => new Date(Date.UTC(2030, 0, 31, 12, minute)).toISOString();
const hashOf = (recipient: string) => recipientRef(hashKey, recipient).hash;

beforeAll(async () => {
  await api.start();
  requested = await kafka.collect(topicName(topics.operationRequested, api.prefix));
}, 60_000);
afterAll(async () => {
  await api.stop();
  rmSync(keyFolder, { recursive: true, force: true });
  await kafka.close();
}, 30_000);

const apply = (...changes: ReturnType<typeof aSuppressionChange>[]) => {
  const known = api.service.app.get(KnownSuppressions, { strict: false });
  return Promise.all(changes.map((change) => known.apply(change)));
};
const found = async (recipient: string, authorization = `Bearer ${token}`, lifted = true) =>
  (await ask<SuppressionsFound>('/v1/suppressions/search', { body: { recipient, lifted }, authorization })).body.items;
const listed = async (query = '', authorization = `Bearer ${token}`) =>
  (await ask<SuppressionList>(`/v1/suppressions${query}`, { authorization })).body;
const keyFor = async (tenants: string[], scopes = ['read', 'operate']) => {
  const { body } = await ask<MadeKeyResponse>('/v1/keys', { body: { name: 'a test', scopes, tenants } });
  return `Bearer ${body.key}`;
};

describe('who must not be written to', () => {
  it('is followed from the topic, with what was lifted, and shown by hash and mask', async () => {
    const recipient = 'followed@inbox.test';
    const { key, word } = aSuppressionChange({ recipient, provider: 'sendgrid', source: 'receipt', at: at(1) });
    const topic = api.prefix + topics.suppressionChanged.name;
    await kafka.produce(topic, { key, value: 'suppress' in word ? word.suppress : null });
    const held = await eventually(async () => {
      const [item] = await found(recipient);
      return item;
    });
    expect(held).toMatchObject({ channel: 'email', recipient: hashOf(recipient), lifted: false, provider: 'sendgrid' });
    expect(JSON.stringify(held)).not.toContain(recipient);
    await kafka.produce(topic, { key, value: null, headers: liftHeaders({ at: at(2), note: 'a mistake', by: 'eve' }) });
    await eventually(async () => (await found(recipient))[0]?.lifted === true);
    expect(await found(recipient)).toMatchObject([{ at: at(2), note: 'a mistake', by: 'eve', provider: 'sendgrid' }]);
    expect(await found(recipient, undefined, false)).toEqual([]);
  });

  it('stands as the latest word says, by its own time, whatever comes twice, late or out of order', async () => {
    const recipient = 'shuffled@inbox.test';
    const words = [
      aSuppressionChange({ recipient, at: at(1) }),
      aSuppressionChange({ recipient, at: at(2), lifted: true }),
      aSuppressionChange({ recipient, at: at(3), reason: 'complaint' }),
      aSuppressionChange({ recipient, at: at(4), lifted: true }),
      // At the very same moment the word that forbids wins.
      aSuppressionChange({ recipient, at: at(4), reason: 'hard-bounce' }),
    ];
    for (let round = 0; round < 10; round += 1) await apply(...shuffled([...words, ...words]));
    expect(await found(recipient)).toMatchObject([{ at: at(4), lifted: false, reason: 'hard-bounce' }]);
  });

  it('is found by every spelling, in the channel that is named, and refused where it is no recipient', async () => {
    await apply(
      aSuppressionChange({ recipient: 'spelt@inbox.test' }),
      aSuppressionChange({ recipient: '+12025552177', channel: 'sms', scope: 'sender:+15005550006' }),
    );
    for (const spelling of ['Spelt <SPELT@inbox.test>', 'mailto:spelt@inbox.test.', hashOf('spelt@inbox.test')])
      expect(await found(spelling)).toHaveLength(1);
    for (const spelling of ['+1 (202) 555-2177', 'whatsapp:+12025552177'])
      expect(await found(spelling)).toHaveLength(1);
    for (const body of [{ recipient: '2025552177' }, { recipient: 'spelt@inbox.test', channel: 'sms' }])
      expect(await ask('/v1/suppressions/search', { body })).toMatchObject({
        status: 400,
        body: { code: 'MSG_BAD_REQUEST', fields: [{ field: 'recipient' }] },
      });
  });

  it('is listed by channel, tenant, scope and reason, page by page, each once', async () => {
    const tenant = 'paged';
    await apply(
      ...Array.from({ length: 5 }, (_, index) =>
        aSuppressionChange({ recipient: `p${index}@inbox.test`, tenant, at: at(7), reason: 'complaint' }),
      ),
      aSuppressionChange({ recipient: '+12025552177', channel: 'sms', tenant, scope: 'kind:whatsapp' }),
    );
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: SuppressionList = await listed(`?tenant=${tenant}&channel=email&limit=2&cursor=${cursor}`);
      seen.push(...page.items.map(({ recipient }) => recipient));
      cursor = page.nextCursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([5, 5]);
    expect((await listed(`?tenant=${tenant}&reason=complaint`)).items).toHaveLength(5);
    expect((await listed(`?tenant=${tenant}&scope=kind:whatsapp`)).items).toMatchObject([{ channel: 'sms' }]);
    expect((await ask('/v1/suppressions?cursor=abc')).status).toBe(400);
    expect((await ask('/v1/suppressions?scope=everything')).status).toBe(400);
  });
});

describe('a key of some tenants', () => {
  it('sees their suppressions, and of those of every tenant what it asks for, without its note', async () => {
    const [ours, everybodys, theirs] = ['ours', 'everybodys', 'theirs'].map((name) => `${name}@inbox.test`);
    const word = { note: 'of somebody', by: 'key:0123456789' };
    await apply(
      aSuppressionChange({ recipient: ours!, tenant: 'one', ...word }),
      aSuppressionChange({ recipient: everybodys!, reason: 'hard-bounce', ...word }),
      aSuppressionChange({ recipient: theirs!, tenant: 'two', ...word }),
    );
    const key = await keyFor(['one']);
    expect((await listed('', key)).items).toMatchObject([{ recipient: hashOf(ours!), tenant: 'one', ...word }]);
    expect(await found(ours!, key)).toMatchObject([word]);
    const [shown, ...more] = await found(everybodys!, key);
    expect([shown, more]).toEqual([expect.objectContaining({ reason: 'hard-bounce' }), []]);
    for (const field of ['note', 'by', 'tenant']) expect(shown).not.toHaveProperty(field);
    expect(await found(theirs!, key)).toEqual([]);
    expect((await listed('?tenant=two', key)).items).toEqual([]);
  });

  it('does not see of whom it was only ever heard that he was taken off: his tenant is not known', async () => {
    const recipient = 'only-lifted@inbox.test';
    await apply(aSuppressionChange({ recipient, tenant: 'two', lifted: true }));
    expect(await found(recipient)).toHaveLength(1);
    expect(await found(recipient, await keyFor(['one']))).toEqual([]);
  });

  it('changes suppressions of its own tenants alone: its only one, where none is named', async () => {
    const change = { channel: 'email', recipient: 'ada@inbox.test', note: 'asked by phone' };
    const one = await keyFor(['one']);
    const several = await keyFor(['one', 'two']);
    for (const url of ['/v1/suppressions', '/v1/suppressions/remove']) {
      for (const [authorization, body] of [
        [one, { ...change, tenant: 'two' }],
        [several, { ...change, tenant: 'three' }],
        [several, change],
      ] as const)
        expect(await ask(url, { body, authorization })).toMatchObject({ status: 403, body: { code: 'MSG_FORBIDDEN' } });
      const own = await ask<OperationResponse>(url, { body: change, authorization: one });
      expect(own).toMatchObject({ status: 202, body: { tenants: ['one'], work: { tenant: 'one' } } });
      const everybodys = (await ask<OperationResponse>(url, { body: change })).body;
      expect(everybodys).toMatchObject({ tenants: 'all' });
      expect(everybodys.work).not.toHaveProperty('tenant');
    }
    expect((await ask('/v1/suppressions/sync', { body: {}, authorization: one })).status).toBe(403);
  });
});

describe('a change of suppressions', () => {
  const published = (operationId: string) =>
    eventually(() =>
      requested.records
        .map((record) => OperationRequested.parse(record.json()))
        .find((each) => each.operationId === operationId),
    );

  it('becomes a job of its channel, about the hash of its recipient alone, with who asked and why', async () => {
    const id = randomUUID();
    const body = { channel: 'email', recipient: 'Audited@Inbox.test', note: 'asked by phone', scope: 'marketing' };
    const who = `key:${token.slice(4, 14)}`;
    const answer = await ask<OperationResponse>('/v1/suppressions', { body, headers: { 'idempotency-key': id } });
    expect(answer).toMatchObject({
      status: 202,
      body: { operationId: id, kind: 'suppress', state: 'requested', askedBy: who, reason: 'asked by phone' },
    });
    const job = await published(id);
    const { hash, mask } = recipientRef(hashKey, body.recipient);
    expect(job).toMatchObject({ kind: 'suppress', services: ['email'] });
    expect(SuppressWork.parse(job.work)).toEqual({
      channel: 'email',
      recipient: hash,
      mask,
      scope: 'marketing',
      reason: 'manual',
      note: 'asked by phone',
      by: who,
    });
    const { items } = (await ask<AuditPage>('/v1/audit?limit=500')).body;
    expect(items.at(-1)).toMatchObject({
      who,
      action: 'suppression.added',
      target: `operation:${id}`,
      outcome: 'done',
    });
    expect(JSON.stringify(items)).not.toContain('by phone');
  });

  it('leaves the address in no table and in no record', async () => {
    const body = { channel: 'email', recipient: 'nowhere-to-be-found@inbox.test', note: 'why' };
    const asked = [
      { url: '/v1/suppressions', body },
      { url: '/v1/suppressions/remove', body },
      { url: '/v1/suppressions/remove', body: { ...body, atProviders: true } },
    ];
    for (const { url, body } of asked) await published((await ask<OperationResponse>(url, { body })).body.operationId);
    const pool = api.service.app.get<Pool>(POOL);
    const { rows: tables } = await pool.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'reporting'",
    );
    expect(tables.length).toBeGreaterThan(5);
    for (const { name } of tables) {
      const { rows } = await pool.query(`SELECT 1 FROM ${name} t WHERE t::text ILIKE '%nowhere-to-be-found%'`);
      expect([name, rows]).toEqual([name, []]);
    }
    for (const { value, key } of requested.records)
      expect(`${String(key)} ${String(value)}`).not.toContain('nowhere-to-be-found');
  });

  it('carries the address sealed for this very job where providers are to be asked, and shows it nowhere', async () => {
    const body = { channel: 'email', recipient: 'sealed@inbox.test', note: 'why', atProviders: true };
    const headers = { 'idempotency-key': randomUUID() };
    const { body: made } = await ask<OperationResponse>('/v1/suppressions/remove', { body, headers });
    expect(made.work).not.toHaveProperty('sealedAddress');
    const { operationId, work } = await published(made.operationId);
    const { sealedAddress = '', ...slot } = UnsuppressWork.parse(work);
    const sealing = new Sealing({ custody: new KeyRing(keyFolder), purpose: 'operations', epochsKept: 5 });
    expect(await sealing.open(sealedAddress, sealedAddressContext(operationId, slot))).toEqual({
      text: 'sealed@inbox.test',
    });
    const again = await ask<OperationResponse>('/v1/suppressions/remove', { body, headers });
    expect(again).toMatchObject({ status: 202, body: { askedAt: made.askedAt } });
    expect(await ask('/v1/suppressions/remove', { body: { ...body, atProviders: false }, headers })).toMatchObject({
      status: 409,
    });
  });

  it('is refused where the providers are to be asked about a hash, or while there is no key to seal with', async () => {
    const body = { channel: 'email', recipient: 'ada@inbox.test', note: 'why', atProviders: true };
    expect(
      await ask('/v1/suppressions/remove', { body: { ...body, recipient: hashOf('ada@inbox.test') } }),
    ).toMatchObject({ status: 400, body: { fields: [{ field: 'recipient' }] } });
    const without = new ReportingApi();
    await without.start();
    try {
      expect(await without.ask('/v1/suppressions/remove', { body })).toMatchObject({
        status: 503,
        body: { code: 'MSG_CUSTODY', remedy: expect.stringContaining('CUSTODY_KEYRING_DIR') },
      });
    } finally {
      await without.stop();
    }
  });

  it('is the same under the same name in any spelling of its recipient, and refused for another', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = { channel: 'sms', recipient: '+12025552177', note: 'why' };
    const first = await ask<OperationResponse>('/v1/suppressions/remove', { body, headers });
    const again = await ask<OperationResponse>('/v1/suppressions/remove', {
      body: { ...body, recipient: '+1 (202) 555-2177' },
      headers,
    });
    expect(again).toMatchObject({ status: 202, body: { askedAt: first.body.askedAt } });
    for (const other of [
      { ...body, recipient: '+12025552178' },
      { ...body, scope: 'marketing' },
    ])
      expect(await ask('/v1/suppressions/remove', { body: other, headers })).toMatchObject({
        status: 409,
        body: { code: 'MSG_IDEMPOTENCY_CONFLICT' },
      });
  });

  it('of the providers’ lists is a job of every channel', async () => {
    const { body } = await ask<OperationResponse>('/v1/suppressions/sync', { body: {} });
    expect(await published(body.operationId)).toMatchObject({ kind: 'sync', services: ['email', 'sms'], work: {} });
  });

  it.each<[string, object, string]>([
    ['without a channel', { recipient: 'ada@inbox.test', note: 'why' }, 'channel'],
    ['without a note', { channel: 'email', recipient: 'ada@inbox.test' }, 'note'],
    ['of a scope that is none', { channel: 'email', recipient: 'ada@inbox.test', note: 'why', scope: 'x y' }, 'scope'],
    ['of a number by e-mail', { channel: 'email', recipient: '+12025552177', note: 'why' }, 'recipient'],
    [
      'by somebody else',
      { channel: 'email', recipient: 'ada@inbox.test', note: 'why', by: 'eve' },
      '(the whole value)',
    ],
    ['with a note of two lines', { channel: 'email', recipient: 'ada@inbox.test', note: 'a\nb' }, 'note'],
  ])('%s is refused by the name of the field', async (_, body, field) => {
    expect(await ask('/v1/suppressions', { body })).toMatchObject({ status: 400, body: { fields: [{ field }] } });
  });
});
