import { randomUUID } from 'node:crypto';
import { type OperationChanged, OperationRequested, topicName, topics } from '#libs/contracts';
import { type Collected, eventually, KafkaTestClient } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Caller } from '../src/access/caller.policy.ts';
import type { OperationOrder } from '../src/operations/operation.ts';
import { OperationsService } from '../src/operations/operations.service.ts';
import type { OperationList, OperationResponse } from '../src/operations/responses.ts';
import { ReportingApi } from './reporting-api.ts';

const api = new ReportingApi();
const kafka = new KafkaTestClient();
const operator: Caller = { who: 'key:operator', scopes: ['operate'], tenants: 'all' };
let operations: OperationsService;
let requested: Collected;

const order = (more: Partial<OperationOrder> = {}): OperationOrder => ({
  id: randomUUID(),
  kind: 'discard',
  services: ['retry'],
  tenants: ['shop'],
  work: { filter: { reason: 'failed' } },
  asked: { filter: { reason: 'failed' } },
  reason: 'They are of no use any more.',
  action: 'operation.stopped',
  carrier: 'job',
  ...more,
});
const show = async (id: string) => (await api.ask<OperationResponse>(`/v1/operations/${id}`)).body;
const stop = (id: string) => api.ask<OperationResponse & { code?: string }>(`/v1/operations/${id}/stop`, { body: {} });
const recordsOf = (id: string) =>
  requested.records.map((record) => OperationRequested.parse(record.json())).filter((each) => each.operationId === id);
const say = (operationId: string, seq: number, state: OperationChanged['state'], counts = {}) =>
  kafka.produce(topicName(topics.operationChanged, api.prefix), {
    key: operationId,
    value: {
      eventId: randomUUID(),
      operationId,
      service: 'retry',
      seq,
      state,
      counts,
      at: new Date().toISOString(),
    } satisfies OperationChanged,
  });

beforeAll(async () => {
  await api.start();
  operations = api.service.app.get(OperationsService, { strict: false });
  requested = await kafka.collect(topicName(topics.operationRequested, api.prefix));
}, 60_000);
afterAll(async () => {
  await api.stop();
  await kafka.close();
}, 30_000);

describe('an operation', () => {
  it('is published once from its row, and without the reason, which is a person’s text', async () => {
    const asked = order({ atMost: 12 });
    expect(await operations.make(operator, asked)).toMatchObject({ state: 'requested', reason: asked.reason });
    await operations.make(operator, asked);
    await eventually(() => recordsOf(asked.id!).length > 0);
    await operations.make(operator, order());
    await requested.until(2);
    expect(recordsOf(asked.id!)).toEqual([
      {
        eventId: expect.any(String),
        operationId: asked.id,
        kind: 'discard',
        services: ['retry'],
        tenants: ['shop'],
        at: expect.any(String),
        atMost: 12,
        work: asked.work,
      },
    ]);
  });

  it('is the same one under the same name, and refused with other content or for other tenants', async () => {
    const asked = order();
    const first = await operations.make(operator, asked);
    let alongside = 0;
    const again = await operations.make(operator, asked, async () => void (alongside += 1));
    expect(again).toEqual(first);
    expect(alongside).toBe(0);
    for (const other of [{ asked: { filter: {} } }, { kind: 'redrive' }, { tenants: 'all' }] as const)
      await expect(operations.make(operator, { ...asked, ...other })).rejects.toMatchObject({ status: 409 });
  });

  it('is nowhere where what belongs to it cannot be written', async () => {
    const asked = order();
    const broken = () => Promise.reject(new Error('not now'));
    await expect(operations.make(operator, asked, broken)).rejects.toThrow('not now');
    expect((await api.ask(`/v1/operations/${asked.id}`)).status).toBe(404);
  });

  it('shows the last word of its service, however the words come', async () => {
    const { id } = order();
    await operations.make(operator, order({ id }));
    await say(id!, 3, 'running', { discarded: 20 });
    await say(id!, 2, 'running', { discarded: 10 });
    await eventually(async () => (await show(id!)).state === 'running');
    expect(await show(id!)).toMatchObject({ counts: { discarded: 20 }, missing: [] });
    await say(id!, 4, 'done', { discarded: 21 });
    await eventually(async () => (await show(id!)).state === 'done');
    const { body } = await api.ask<OperationList>('/v1/operations?kind=discard&limit=200');
    expect(body.items.find(({ operationId }) => operationId === id)).toMatchObject({ counts: { discarded: 21 } });
    expect((await api.ask<OperationList>('/v1/operations?kind=sync')).body.items).toEqual([]);
  });

  it('can be stopped, twice alike, and not after its end', async () => {
    const { id } = order();
    await operations.make(operator, order({ id }));
    const first = await stop(id!);
    expect(first.body).toMatchObject({ stopAskedBy: expect.stringMatching(/^key:/) });
    expect((await stop(id!)).body.stopAskedAt).toBe(first.body.stopAskedAt);
    await eventually(() => recordsOf(id!).length === 2);
    expect(recordsOf(id!).map((record) => record.stop)).toEqual([undefined, true]);
    const { id: ended } = order();
    await operations.make(operator, order({ id: ended }));
    await say(ended!, 1, 'failed');
    await eventually(async () => (await show(ended!)).state === 'failed');
    expect(await stop(ended!)).toMatchObject({ status: 409, body: { code: 'MSG_OPERATION_ENDED' } });
    expect((await stop('never-there')).status).toBe(404);
    const control = order({ carrier: 'control' });
    await operations.make(operator, control);
    expect(await stop(control.id!)).toMatchObject({ status: 409 });
  });
});
