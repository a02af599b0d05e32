import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ControlChanged, controlKey, topicName, topics } from '#libs/contracts';
import { type Collected, eventually, KafkaTestClient } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MadeKeyResponse } from '../src/access/key/responses.ts';
import { ControlPublishing } from '../src/controls/control-publishing.service.ts';
import type { CancelPreviewResponse, ControlList } from '../src/controls/responses.ts';
import type { OperationResponse } from '../src/operations/responses.ts';
import { Projection } from '../src/projection/projection.port.ts';
import { fact, requested } from './facts.ts';
import { ReportingApi } from './reporting-api.ts';

interface Refusal {
  code: string;
  message: string;
  fields?: { field: string; rule: string }[];
}

const api = new ReportingApi();
const kafka = new KafkaTestClient();
let changes: Collected;

const tenant = (name: string) => ({ kind: 'tenant', tenant: name });
const ask = <T = OperationResponse & Refusal>(path: string, body: object, headers: Record<string, string> = {}) =>
  api.ask<T>(`/v1/controls/${path}`, { body, headers });
const pause = (target: object, more: object = {}) => ask('pause', { target, reason: 'wrong prices', ...more });
const resume = (target: object) => ask('resume', { target, reason: 'mended' });
const published = (key: string) =>
  changes.records
    .map((record) => ControlChanged.parse(record.json()))
    .filter((change) => controlKey(change) === key)
    .map((change) => ({
      seq: change.seq,
      operationId: change.operationId,
      ...('state' in change && { state: change.state }),
    }));
const listed = async () => (await api.ask<ControlList>('/v1/controls?limit=500')).body.items;
const row = async (key: string) =>
  (
    await api.database
      .pool()
      .query<{ seq: number; published: number }>('SELECT seq, published FROM reporting.control WHERE key = $1', [key])
  ).rows[0]!;

beforeAll(async () => {
  await api.start();
  changes = await kafka.collect(topicName(topics.controlChanged, api.prefix));
}, 60_000);
afterAll(async () => {
  await api.stop();
  await kafka.close();
}, 30_000);

describe('A control', () => {
  it('is an operation, is published from its row, and is shown until it is resumed', async () => {
    const { status, body } = await pause(tenant('shop-1'), { until: '2040-01-01T00:00:00Z' });
    expect([status, body]).toMatchObject([202, { kind: 'pause', state: 'requested', tenants: ['shop-1'] }]);
    expect(body.services.map(({ service }) => service)).toEqual(['email', 'sms', 'retry']);
    await eventually(() => published('pause:tenant:shop-1').length > 0);
    expect((await listed()).find(({ key }) => key === 'pause:tenant:shop-1')).toMatchObject({
      inForce: true,
      reason: 'wrong prices',
      operationId: body.operationId,
      until: '2040-01-01T00:00:00Z',
    });
    const ended = await resume(tenant('shop-1'));
    await eventually(() => published('pause:tenant:shop-1').length > 1);
    expect(published('pause:tenant:shop-1')).toEqual([
      { seq: 1, state: 'on', operationId: body.operationId },
      { seq: 2, state: 'off', operationId: ended.body.operationId },
    ]);
    expect((await listed()).map(({ key }) => key)).not.toContain('pause:tenant:shop-1');
    // Nobody carries anything out here: the resume has taken the place of the pause.
    const before = await api.ask<OperationResponse>(`/v1/operations/${body.operationId}`);
    expect(before.body).toMatchObject({
      state: 'stopped',
      services: [{ reason: expect.stringContaining('taken its place') }, {}, {}],
    });
  });

  it.each([
    ['a provider', { kind: 'provider', channel: 'email', provider: 'resend' }, ['email', 'retry']],
    ['a channel', { kind: 'channel', channel: 'sms' }, ['sms', 'retry']],
    ['a lane of one channel', { kind: 'lane', lane: 'bulk', channel: 'email' }, ['email', 'retry']],
    ['a lane of all', { kind: 'lane', lane: 'urgent' }, ['email', 'sms', 'retry']],
    ['a template', { kind: 'template', template: 'welcome' }, ['email', 'sms', 'retry']],
  ])('may be about %s', async (_, target, services) => {
    const { status, body } = await pause(target);
    expect([status, body.services.map(({ service }) => service), body.tenants]).toEqual([202, services, 'all']);
    expect((await resume(target)).status).toBe(202);
  });

  it('is the same operation under the same Idempotency-Key, and refused with other content', async () => {
    const headers = { 'idempotency-key': `pause-${randomUUID()}` };
    const order = { target: tenant('shop-2'), reason: 'once' };
    const first = await ask('pause', order, headers);
    const again = await ask('pause', order, headers);
    expect([again.status, again.body.operationId]).toEqual([202, first.body.operationId]);
    const other = await ask('pause', { ...order, reason: 'another' }, headers);
    expect([other.status, other.body.code]).toEqual([409, 'MSG_IDEMPOTENCY_CONFLICT']);
    await eventually(() => published('pause:tenant:shop-2').length > 0);
    expect((await row('pause:tenant:shop-2')).seq).toBe(1);
  });

  it.each<[string, string, object, number, RegExp]>([
    ['a target of no kind', 'pause', { target: {}, reason: 'r' }, 400, /kind/],
    ['a kind that there is not', 'pause', { target: { kind: 'country' }, reason: 'r' }, 400, /provider, channel, lane/],
    [
      'a channel that there is not',
      'pause',
      { target: { kind: 'channel', channel: 'fax' }, reason: 'r' },
      400,
      /channel/,
    ],
    ['no reason', 'pause', { target: tenant('a') }, 400, /reason/],
    ['an end in the past', 'pause', { target: tenant('a'), reason: 'r', until: '2020-01-01T00:00:00Z' }, 400, /future/],
    ['a resume of what was never paused', 'resume', { target: tenant('never'), reason: 'r' }, 409, /is not paused/],
    ['an empty filter', 'cancel', { filter: {}, reason: 'r' }, 400, /is empty.*all/],
    ['all beside something', 'cancel', { filter: { all: true, tag: 't' }, reason: 'r' }, 400, /stand alone/],
    ['a recipient that is none', 'cancel', { filter: { recipient: 'nobody' }, reason: 'r' }, 400, /e-mail address/],
    ['a preview of nothing', 'cancel/preview', { filter: {} }, 400, /is empty/],
    ['a hold that has no such id', 'lift', { channel: 'email', holdId: 'x', reason: 'r' }, 400, /id of a hold/],
    ['a hold of no channel', 'lift', { holdId: randomUUID(), reason: 'r' }, 400, /channel/],
  ])('is refused for %s', async (_, path, body, status, says) => {
    const answer = await ask<Refusal>(path, body);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.stringMatching(says)]);
  });

  it('that is resumed twice, or after its end, says how it ended', async () => {
    await pause(tenant('shop-3'));
    await resume(tenant('shop-3'));
    const twice = await resume(tenant('shop-3'));
    expect([twice.status, twice.body.code, twice.body.message]).toEqual([
      409,
      'MSG_NOT_PAUSED',
      expect.stringContaining('it was resumed at'),
    ]);
    await pause(tenant('shop-4'), { until: new Date(Date.now() + 300).toISOString() });
    await delay(400);
    expect((await resume(tenant('shop-4'))).body.message).toContain('its pause ended at');
  });

  it('of a foreign tenant, or of everybody, is refused to a key of some tenants', async () => {
    const body = { name: 'of one tenant', scopes: ['operate', 'read'], tenants: ['mine'] };
    const { key } = (await api.ask<MadeKeyResponse>('/v1/keys', { body })).body;
    const as = async (path: string, asked: object) =>
      (await api.ask<Refusal>(`/v1/controls/${path}`, { body: asked, authorization: `Bearer ${key}` })).status;
    expect(await as('pause', { target: tenant('mine'), reason: 'r' })).toBe(202);
    expect(await as('cancel', { filter: { tenant: 'mine', tag: 'none' }, reason: 'r' })).toBe(202);
    for (const target of [tenant('theirs'), { kind: 'channel', channel: 'email' }, { kind: 'template', template: 't' }])
      expect([target, await as('pause', { target, reason: 'r' })]).toEqual([target, 403]);
    for (const filter of [{ tenant: 'theirs' }, { tag: 'sale' }, { all: true }])
      expect([filter, await as('cancel', { filter, reason: 'r' })]).toEqual([filter, 403]);
    const { body: theirs } = await ask('cancel', { filter: { tenant: 'theirs' }, reason: 'r' });
    expect(await as('withdraw', { operationId: theirs.operationId, reason: 'r' })).toBe(404);
    expect(await as('lift', { channel: 'email', holdId: randomUUID(), reason: 'r' })).toBe(403);
    const seen = await api.ask<ControlList>('/v1/controls', { authorization: `Bearer ${key}` });
    expect(seen.body.items.map(({ key: of }) => of).filter((of) => !of.startsWith('cancel:'))).toEqual([
      'pause:tenant:mine',
    ]);
  });

  it('that cancels by filter holds the recipient as a hash, and ends with what Kafka keeps', async () => {
    const { body } = await ask('cancel', { filter: { recipient: 'ada@inbox.test' }, reason: 'asked for' });
    await eventually(() => published(`cancel:${body.operationId}`).length > 0);
    const control = (await listed()).find(({ key }) => key === `cancel:${body.operationId}`)!;
    expect(control.rule).toMatchObject({ recipient: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const days = (Date.parse(control.until!) - Date.parse(control.at)) / 86_400_000;
    expect(days).toBe(topics.emailRequested.retentionHours / 24);
    expect(JSON.stringify(await api.ask('/v1/operations?limit=200'))).not.toContain('ada@');
  });

  it('is counted before it cancels: what has not ended, by status', async () => {
    const projection = api.service.app.get(Projection, { strict: false });
    for (const [id, status] of [
      ['p-1', 'scheduled'],
      ['p-2', 'retrying'],
      ['p-3', 'delivered'],
    ] as const) {
      await projection.project(requested(id, { tenant: 'counted', tags: ['sale'], template: 'welcome' }));
      await projection.project(fact(id, { tenant: 'counted', status, final: status === 'delivered' }));
    }
    const count = async (filter: object) => (await ask<CancelPreviewResponse>('cancel/preview', { filter })).body;
    expect(await count({ tenant: 'counted' })).toEqual({ messages: 2, byStatus: { scheduled: 1, retrying: 1 } });
    expect(await count({ tenant: 'counted', tag: 'sale', template: 'welcome' })).toMatchObject({ messages: 2 });
    expect(await count({ tenant: 'counted', template: 'other' })).toEqual({ messages: 0, byStatus: {} });
    expect(await count({ tenant: 'counted', recipient: 'nobody@inbox.test' })).toMatchObject({ messages: 0 });
  });

  it('that cancels by filter can be withdrawn once, and is not in force then', async () => {
    const { body: made } = await ask('cancel', { filter: { tenant: 'shop-7' }, reason: 'wrong prices' });
    const key = `cancel:${made.operationId}`;
    await eventually(() => published(key).length === 1);
    const withdraw = (operationId: string, headers: Record<string, string> = {}) =>
      ask('withdraw', { operationId, reason: 'they were right' }, headers);
    const headers = { 'idempotency-key': `withdraw-${randomUUID()}` };
    const first = await withdraw(made.operationId, headers);
    expect([first.status, first.body]).toMatchObject([202, { kind: 'withdraw', tenants: ['shop-7'] }]);
    await eventually(() => published(key).length === 2);
    expect(published(key)[1]).toEqual({ seq: 2, state: 'off', operationId: first.body.operationId });
    const control = async () => (await api.ask<ControlList>('/v1/controls?ended=true&limit=500')).body.items;
    expect((await control()).find((each) => each.key === key)).toMatchObject({
      inForce: false,
      operationId: made.operationId,
    });
    expect((await withdraw(made.operationId, headers)).body.operationId).toBe(first.body.operationId);
    const twice = await withdraw(made.operationId);
    expect([twice.status, twice.body.code, twice.body.message]).toEqual([
      409,
      'MSG_NOT_IN_FORCE',
      expect.stringContaining('was withdrawn at'),
    ]);
    expect((await withdraw('never-there')).status).toBe(404);
  });

  it('of a restored table is counted on from what the topic has, and heard', async () => {
    const key = 'pause:tenant:shop-5';
    for (const [count, change] of [pause, resume, pause].entries()) {
      await change(tenant('shop-5'));
      await eventually(() => published(key).length === count + 1);
    }
    // As a backup of before: the row knows the first change only, and the start has not read the topic yet.
    const pool = api.database.pool();
    await eventually(async () => (await row(key)).published === 3);
    await pool.query('UPDATE reporting.control SET seq = 1, published = 1, value = value || $2 WHERE key = $1', [
      key,
      { seq: 1, at: '2020-01-01T00:00:00.000Z', operationId: 'an old one', eventId: 'x' },
    ]);
    const after = await resume(tenant('shop-5'));
    await eventually(() => published(key).length === 4);
    expect(published(key)[3]).toMatchObject({ seq: 2, operationId: after.body.operationId });
    const controls = api.service.app.get(ControlPublishing, { strict: false });
    for (const record of changes.records) await controls.read(ControlChanged.parse(record.json()));
    // What was counted from below may have been published once more before.
    const counted = await eventually(() => published(key).find(({ seq }) => seq === 4));
    expect(counted).toMatchObject({ state: 'off', operationId: after.body.operationId });
  });

  it('that the topic has in the wrong order is published once more: compaction would keep the older', async () => {
    const key = 'pause:tenant:shop-6';
    await pause(tenant('shop-6'));
    await eventually(() => published(key).length === 1);
    await resume(tenant('shop-6'));
    await eventually(() => published(key).length === 2);
    const old = changes.records
      .map((record) => record.json())
      .find((value) => controlKey(value as ControlChanged) === key);
    await kafka.produce(topicName(topics.controlChanged, api.prefix), { key, value: old as object });
    await eventually(() => published(key).length === 4);
    expect(published(key).map(({ seq }) => seq)).toEqual([1, 2, 1, 2]);
  });
});
