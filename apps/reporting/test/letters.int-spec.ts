import { randomUUID } from 'node:crypto';
import { CancelRequested, identityKey, type OperationRequested, topicName, topics } from '#libs/contracts';
import { aFailure, eventually, KafkaTestClient } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeadLetterList, MessageResponse } from '../src/api/responses.ts';
import type { LetterGroups } from '../src/letters/responses.ts';
import type { MadeKeyResponse } from '../src/access/key/responses.ts';
import type { OperationResponse } from '../src/operations/responses.ts';
import type { DeadLetterFact, IncomingFact } from '../src/projection/fact.ts';
import { Projection } from '../src/projection/projection.port.ts';
import { aDeadLetter, fact, receipt, requested, shuffled } from './facts.ts';
import { ReportingApi } from './reporting-api.ts';

const api = new ReportingApi();
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

type More = Parameters<typeof fact>[1];
const letterOf = (messageId: string, tenant: string, more: Partial<DeadLetterFact> = {}) => {
  const of = { tenant, channel: 'email' as const, messageId };
  const expiresAt = '2040-01-01T00:00:00Z';
  return aDeadLetter({ ...of, id: identityKey(of) }, { eventId: randomUUID(), expiresAt, ...more });
};
const keep = async (...all: (IncomingFact | DeadLetterFact)[]) => {
  for (const each of all) await ('fact' in each ? projection.project(each) : projection.addDeadLetter(each));
};
/** What stands in Kafka of a message that was given up. */
const deadLettered = (messageId: string, tenant: string, more: Partial<DeadLetterFact> = {}) => [
  requested(messageId, { tenant }),
  fact(messageId, { tenant, status: 'failed', final: true, source: 'retry', hop: 1 }),
  letterOf(messageId, tenant, more),
];
const redriven = (messageId: string, tenant: string, hop: number, more: More = {}) =>
  fact(messageId, { tenant, status: 'retrying', final: false, source: 'retry', hop, operationId: 'op-1', ...more });
const lettersOf = async (tenant: string) =>
  (await api.ask<DeadLetterList>(`/v1/dead-letters?tenant=${tenant}`)).body.items
    .map(({ messageId, at, state, settledBy, operationId }) => ({ messageId, at, state, settledBy, operationId }))
    .toSorted((one, other) => (one.at < other.at ? -1 : 1));
const show = async (messageId: string, tenant: string) =>
  (await api.ask<MessageResponse>(`/v1/messages/email/${messageId}?tenant=${tenant}`)).body;
type Answer = OperationResponse & { code?: string; message?: string };
const post = (url: string, body: object, key?: string, headers: Record<string, string> = {}) =>
  api.ask<Answer>(url, { body, headers, ...(key && { authorization: `Bearer ${key}` }) });

describe('a dead letter', () => {
  it('shows what became of it, and the message is under way again, in whatever order all of it comes', async () => {
    for (let run = 0; run < 6; run += 1) {
      const tenant = `order-${run}`;
      const again = letterOf('m-1', tenant, { hop: 3, at: '2030-01-31T13:00:00.000Z' });
      await keep(
        ...shuffled([
          ...deadLettered('m-1', tenant),
          redriven('m-1', tenant, 2, { at: '2030-01-31T12:50:00.000Z' }),
          again,
          ...deadLettered('m-2', tenant, { at: '2030-01-31T14:00:00.000Z' }),
          fact('m-2', { tenant, status: 'discarded', source: 'retry', hop: 1, operationId: 'op-2' }),
          ...deadLettered('m-3', tenant, { at: '2030-01-31T15:00:00.000Z' }),
          receipt('m-3', { tenant, hop: 1 }),
        ]),
      );
      expect(await lettersOf(tenant)).toEqual([
        expect.objectContaining({ messageId: 'm-1', state: 'redriven', settledBy: 'op-1', operationId: null }),
        expect.objectContaining({ messageId: 'm-1', state: 'open', settledBy: null, operationId: 'op-1' }),
        expect.objectContaining({ messageId: 'm-2', state: 'discarded', settledBy: 'op-2' }),
        expect.objectContaining({ messageId: 'm-3', state: 'resolved', settledBy: null }),
      ]);
      const first = await show('m-1', tenant);
      expect(first).toMatchObject({ status: 'retrying', final: false });
      expect(first.timeline.at(-1)).toMatchObject({
        operationId: 'op-1',
        description: expect.stringMatching(/operator/),
      });
      expect(await show('m-2', tenant)).toMatchObject({ status: 'failed', final: true });
    }
  });

  it('stays open where its provider gave back what it had taken', async () => {
    await keep(
      ...deadLettered('m-1', 'revoked', { hop: 2 }),
      receipt('m-1', { tenant: 'revoked', hop: 1 }),
      fact('m-1', { tenant: 'revoked', status: 'retrying', source: 'receipt', hop: 2 }),
    );
    expect(await lettersOf('revoked')).toEqual([expect.objectContaining({ state: 'open' })]);
  });

  it('is counted by its cause, and found by it', async () => {
    const blocked = { failure: aFailure({ code: '21610', provider: 'twilio' }), reason: 'failed' } as const;
    await keep(
      ...deadLettered('m-1', 'causes'),
      ...deadLettered('m-2', 'causes'),
      ...deadLettered('m-3', 'causes', blocked),
    );
    const { body } = await api.ask<LetterGroups>('/v1/dead-letters/groups?tenant=causes&state=open');
    expect(body.total).toBe(3);
    expect(body.groups.map(({ code, reason, count }) => [code, reason, count])).toEqual([
      [aFailure().code, 'exhausted', 2],
      ['21610', 'failed', 1],
    ]);
    const found = await api.ask<DeadLetterList>('/v1/dead-letters?tenant=causes&code=21610&provider=twilio');
    expect(found.body.items.map(({ messageId }) => messageId)).toEqual(['m-3']);
    expect((await api.ask('/v1/dead-letters?state=lost')).status).toBe(400);
  });
});

describe('redriving or discarding by filter', () => {
  it('is one operation under one name, and published with its filter and no more than was shown', async () => {
    await keep(...deadLettered('m-1', 'named'), ...deadLettered('m-2', 'named'));
    const requests = await kafka.collect(topicName(topics.operationRequested, api.prefix));
    const order = { filter: { tenant: 'named' }, atMost: 2, reason: 'The provider is back.' };
    const headers = { 'idempotency-key': 'redrive-named' };
    const first = await post('/v1/dead-letters/redrive', order, undefined, headers);
    expect(first).toMatchObject({ status: 202, body: { operationId: 'redrive-named', state: 'requested' } });
    // More have come since: what was asked for before is still the same.
    await keep(...deadLettered('m-3', 'named'));
    expect(await post('/v1/dead-letters/redrive', order, undefined, headers)).toMatchObject({
      status: 202,
      body: { askedAt: first.body.askedAt },
    });
    expect(await post('/v1/dead-letters/discard', { ...order }, undefined, headers)).toMatchObject({ status: 409 });
    const [record] = await requests.until(1);
    expect(record!.json()).toMatchObject({
      operationId: 'redrive-named',
      kind: 'redrive',
      tenants: ['named'],
      atMost: 2,
      work: { filter: { tenant: 'named' }, includeUnconfirmed: false, template: 'pinned', failureShare: 0.2 },
    } satisfies Partial<OperationRequested>);
    expect(JSON.stringify(record!.json())).not.toContain('provider is back');
  });

  it('is refused where the preview is stale, and nothing is kept of it', async () => {
    await keep(...deadLettered('m-1', 'stale'), ...deadLettered('m-2', 'stale'));
    const refused = await post('/v1/dead-letters/redrive', { filter: { tenant: 'stale' }, atMost: 1 }, undefined, {
      'idempotency-key': 'stale-one',
    });
    expect(refused).toMatchObject({ status: 409, body: { code: 'MSG_PREVIEW_STALE' } });
    expect(refused.body.message).toMatch(/1 were shown, and 2 are meant/);
    expect((await api.ask('/v1/operations/stale-one')).status).toBe(404);
  });

  it.each([
    ['an empty filter', { filter: {}, atMost: 1 }, /say all: true/],
    ['“all” with something else', { filter: { all: true, reason: 'failed' }, atMost: 1 }, /stands alone/],
    ['an unknown field', { filter: { status: 'failed' }, atMost: 1 }, /status/],
    ['no atMost', { filter: { all: true } }, /atMost/],
    ['an expiry that has passed', { filter: { all: true }, atMost: 9, expiresAt: '2020-01-01T00:00:00Z' }, /future/],
    ['an expiry far ahead', { filter: { all: true }, atMost: 9, expiresAt: '2099-01-01T00:00:00Z' }, /14 days/],
    ['a share above one', { filter: { all: true }, atMost: 9, failureShare: 2 }, /failureShare/],
  ])('is refused with %s', async (_, body, words) => {
    const refused = await post('/v1/dead-letters/redrive', body);
    expect([refused.status, refused.body.code]).toEqual([400, 'MSG_BAD_REQUEST']);
    expect(refused.body.message).toMatch(words);
  });

  it('is refused with a name that cannot be one', async () => {
    const body = { filter: { all: true }, atMost: 1_000 };
    expect((await post('/v1/dead-letters/discard', body, undefined, { 'idempotency-key': 'a b' })).status).toBe(400);
  });

  it('touches only tenants of the caller, and refuses a filter that names another', async () => {
    const grant = { name: 'operator of shop', scopes: ['operate'], tenants: ['shop'] };
    const { body: made } = await api.ask<MadeKeyResponse>('/v1/keys', { body: grant });
    await keep(...deadLettered('m-1', 'shop'), ...deadLettered('m-1', 'bank'));
    const own = await post('/v1/dead-letters/discard', { filter: { all: true }, atMost: 1 }, made.key);
    expect(own).toMatchObject({ status: 202, body: { tenants: ['shop'] } });
    const foreign = await post('/v1/dead-letters/discard', { filter: { tenant: 'bank' }, atMost: 1 }, made.key);
    expect(foreign).toMatchObject({ status: 403, body: { code: 'MSG_FORBIDDEN' } });
  });
});

describe('one message', () => {
  const about = (messageId: string, what: string, body: object = {}) =>
    post(`/v1/messages/email/${messageId}/${what}?tenant=one`, body);

  it('is cancelled as upstream would cancel it', async () => {
    await keep(requested('waits', { tenant: 'one' }));
    const cancels = await kafka.collect(topicName(topics.cancelRequested, api.prefix));
    const { status, body } = await about('waits', 'cancel', { reason: 'asked by phone' });
    expect([status, body.kind]).toEqual([202, 'cancel']);
    const [record] = await cancels.until(1);
    expect(CancelRequested.parse(record!.json())).toEqual({ tenant: 'one', channel: 'email', messageId: 'waits' });
    const done = await eventually(async () => {
      const now = await api.ask<OperationResponse>(`/v1/operations/${body.operationId}`);
      return now.body.state === 'done' ? now.body : undefined;
    });
    expect(done).toMatchObject({ services: [], missing: [] });
  });

  it('has its open dead letter redriven, alone', async () => {
    await keep(...deadLettered('lost', 'one'));
    const { status, body } = await about('lost', 'redrive', { provider: 'resend' });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      kind: 'redrive',
      atMost: 1,
      work: { filter: { messageId: 'lost', channel: 'email', tenant: 'one' }, provider: 'resend' },
    });
  });

  it('is left as it is, with a reason, where it could be sent twice or nothing is to be done', async () => {
    const tenant = 'one';
    await keep(
      requested('taken', { tenant }),
      fact('taken', { tenant, status: 'sent' }),
      requested('asked', { tenant }),
      fact('asked', { tenant, status: 'unconfirmed' }),
      ...deadLettered('unsure', tenant, { reason: 'unconfirmed' }),
      fact('unsure', { tenant, status: 'unconfirmed', final: true, source: 'retry', hop: 1 }),
      ...deadLettered('gone', tenant, { expiresAt: '2020-01-01T00:00:00Z' }),
      ...deadLettered('again', tenant),
      redriven('again', tenant, 2),
    );
    for (const [messageId, what, words] of [
      ['taken', 'cancel', /a provider has it: sent/],
      ['taken', 'bring-forward', /a provider has it/],
      ['taken', 'redrive', /no dead letter/],
      ['asked', 'cancel', /may have been sent/],
      ['asked', 'bring-forward', /could arrive twice/],
      ['unsure', 'redrive', /includeUnconfirmed/],
      ['gone', 'redrive', /expired: give it a new expiresAt/],
      ['gone', 'cancel', /it has ended: failed/],
      ['gone', 'bring-forward', /redrive it/],
      ['again', 'redrive', /it was redriven/],
    ] as const) {
      const { status, body } = await about(messageId, what);
      expect([messageId, what, status, body.code]).toEqual([messageId, what, 409, 'MSG_COULD_SEND_TWICE']);
      expect(body.message).toMatch(words);
    }
    expect((await about('unsure', 'redrive', { includeUnconfirmed: true })).status).toBe(202);
    for (const what of ['cancel', 'bring-forward', 'redrive'])
      expect((await about('never-there', what)).status).toBe(404);
  });
});
