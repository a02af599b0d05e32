import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type ControlChanged, type ControlTarget, type OperationChanged, pausedKey } from '#libs/contracts';
import { migrate, type Pool } from '#libs/persistence';
import { type LookupRequest, type LookupResult, Provider, type ProviderCheck, type SendResult } from '#libs/providers';
import { ControlReports, PostgresControls } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import { aDatabase, aFailure, type TestDatabase } from '#libs/testing';
import { deliveryMigrations } from '#libs/delivery-tables';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeliveryService } from '../src/delivery.service.ts';
import { PostgresLedger } from '../src/ledger/ledger.store.ts';
import { OutcomePublisher } from '../src/publish/outcome-publisher.service.ts';
import { aDelivery, type TestMessage } from './builders/a-delivery.ts';
import { aPublisher } from './builders/a-publisher.ts';
import { anOpenRoute } from './builders/an-open-route.ts';

class CountingProvider extends Provider<TestMessage> {
  readonly name = 'resend';
  calls = 0;
  repeats: boolean[] = [];

  send(): Promise<SendResult> {
    this.calls += 1;
    return Promise.resolve({ sent: true, providerMessageId: randomUUID() });
  }

  lookup({ repeat }: LookupRequest<TestMessage>): Promise<LookupResult> {
    this.repeats.push(repeat !== undefined);
    return Promise.resolve({ found: 'absent' });
  }

  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });
}

const LEASE_MS = 400;
const common = { eventId: 'e', by: 'key:test', reason: 'wrong prices', at: '2030-01-31T12:00:00.000Z' };
const pause = (target: ControlTarget, seq = 1, more: object = {}): ControlChanged => ({
  kind: 'pause',
  target,
  state: 'on',
  seq,
  operationId: `op-${seq}`,
  ...common,
  ...more,
});
const lane: ControlTarget = { kind: 'lane', lane: 'transactional' };
const lost = { hop: 1, provider: 'resend', callId: randomUUID(), at: common.at, attempt: 1 };

describe('Operators’ controls in a channel', () => {
  let database: TestDatabase;
  let pool: Pool;
  let controls: PostgresControls;
  let provider: CountingProvider;
  let published: Record<string, unknown>[];
  let words: OperationChanged[];

  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
    await migrate(pool, 'email', deliveryMigrations);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await pool.query('TRUNCATE email.control');
    controls = new PostgresControls(pool, 'email');
    provider = new CountingProvider();
    [published, words] = [[], []];
  });

  const publisher = aPublisher((record) =>
    Promise.resolve(void published.push(record.value as Record<string, unknown>)),
  );
  const aService = () =>
    new DeliveryService<TestMessage>({
      providers: [provider],
      routing: anOpenRoute([provider]),
      ledger: new PostgresLedger({ pool, schema: 'email', leaseMs: 5_000, retentionDays: 14 }),
      outcomes: new OutcomePublisher(publisher),
      logger: createLogger('test', 'silent'),
      stopping: new AbortController().signal,
      leaseMs: 5_000,
      guardMs: 100,
      retentionDays: 14,
    });
  const reports = () =>
    new ControlReports({
      service: 'email',
      controls,
      publisher: { publish: (record) => Promise.resolve(void words.push(record.value as OperationChanged)) },
      logger: createLogger('test', 'silent'),
      leaseMs: LEASE_MS,
    });
  const deferred = () => published.filter((value) => 'why' in value);

  it.each<[string, ControlTarget, object]>([
    ['its tenant', { kind: 'tenant', tenant: 'shop' }, { tenant: 'shop' }],
    ['its channel', { kind: 'channel', channel: 'email' }, {}],
    ['its lane in every channel', { kind: 'lane', lane: 'urgent' }, { lane: 'urgent' }],
    ['its lane in its channel', { kind: 'lane', lane: 'bulk', channel: 'email' }, { lane: 'bulk' }],
    ['its template', { kind: 'template', template: 'sale' }, { request: { template: { name: 'sale' } } }],
  ])('keep a message back by %s, and nothing else', async (_, target, more) => {
    await controls.apply(pause(target));
    await aService().dispatch(aDelivery({ ...more, position: 7 }));
    expect(provider.calls).toBe(0);
    expect(published).toMatchObject([
      { status: 'scheduled', reason: expect.stringMatching(/is paused by key:test: wrong prices\.$/) },
      {
        why: 'waiting',
        waitsFor: expect.stringMatching(/^paused:/),
        failure: { code: 'MSG_PAUSED' },
        inOrder: true,
        position: 7,
      },
    ]);
    await aService().dispatch(
      aDelivery({
        tenant: 'other',
        request: { template: { name: 'other' } },
        lane: 'transactional',
        channel: 'email',
        ...(target.kind === 'channel' && { channel: 'sms' as const }),
      }),
    );
    expect(provider.calls).toBe(1);
  });

  it('count in every order and however often they come, and end by themselves', async () => {
    const changes = [
      pause(lane, 1),
      pause(lane, 2, { state: 'off' }),
      pause(lane, 3),
      pause(lane, 4, { state: 'off' }),
    ];
    for (const change of [changes[3]!, changes[0]!, changes[2]!, changes[1]!, changes[0]!])
      await controls.apply(change);
    await aService().dispatch(aDelivery());
    expect(provider.calls).toBe(1);
    await controls.apply(pause(lane, 5, { until: new Date(Date.now() + 300).toISOString() }));
    await aService().dispatch(aDelivery());
    expect(provider.calls).toBe(1);
    await delay(350);
    await aService().dispatch(aDelivery());
    expect(provider.calls).toBe(2);
  });

  it('are done one lease after they were seen, and not while a claim may still call', async () => {
    const service = reports();
    await service.onChanged(pause(lane));
    const begun = performance.now();
    while (!words.some(({ state }) => state === 'done')) {
      await service.round();
      await delay(20);
    }
    expect(performance.now() - begun).toBeGreaterThanOrEqual(LEASE_MS);
    expect(words.map(({ operationId, seq, state }) => [operationId, seq, state])).toEqual([
      ['op-1', 1, 'accepted'],
      ['op-1', 2, 'done'],
    ]);
    await service.onChanged(pause(lane));
    await service.round();
    expect(words).toHaveLength(2);
    // What lets messages go is in force at once.
    await service.onChanged(pause(lane, 2, { state: 'off' }));
    await service.round();
    expect(words.slice(2).map(({ state }) => state)).toEqual(['accepted', 'done']);
  });

  it('let a look-up read, and a look that is the same call once more wait', async () => {
    await controls.apply(pause(lane));
    const look = (more: object) =>
      aService().dispatch(
        aDelivery({ mode: 'reconcile', hop: 2, unconfirmedCall: { ...lost, ...more }, unconfirmedSince: common.at }),
      );
    await look({});
    expect(deferred()).toMatchObject([{ why: 'unknown' }]);
    await look({ replay: { key: 'k', digest: 'd' } });
    expect(deferred()[1]).toMatchObject({
      why: 'waiting',
      waitsFor: pausedKey(['pause:lane:*:transactional']),
      unconfirmedCall: { callId: lost.callId },
      unconfirmedSince: common.at,
    });
    expect(published.some((value) => value['status'] === 'scheduled')).toBe(false);
    await controls.apply(pause(lane, 2, { state: 'off' }));
    await look({ replay: { key: 'k', digest: 'd' } });
    expect(provider.repeats).toEqual([false, false, true]);
  });

  it('cancel by filter what was requested before, and call nothing cancelled that may have been taken', async () => {
    const requestedAt = new Date();
    const rule = { tenant: 'shop', tag: 'sale', requestedUpTo: new Date(requestedAt.getTime() + 1).toISOString() };
    await controls.apply({ kind: 'cancel', rule, until: '2040-01-01T00:00:00Z', seq: 1, operationId: 'op', ...common });
    const shop = { tenant: 'shop', tags: ['sale'], requestedAt };
    await aService().dispatch(aDelivery(shop));
    expect(published).toMatchObject([
      { status: 'cancelled', reason: 'Cancelled by filter, by key:test: wrong prices' },
    ]);
    const attempt = { attempt: 1, hop: 1, at: common.at, provider: 'resend', failure: aFailure({ kind: 'unknown' }) };
    await aService().dispatch(aDelivery({ ...shop, hop: 3, attempts: [attempt] }));
    expect(published.slice(1)).toMatchObject([{ why: 'unknown' }]);
    expect(provider.calls).toBe(0);
    await aService().dispatch(aDelivery({ ...shop, tags: ['news'] }));
    await aService().dispatch(aDelivery({ ...shop, requestedAt: new Date(requestedAt.getTime() + 60_000) }));
    expect(provider.calls).toBe(2);
    // Withdrawn: what it has ended stays ended, and what comes now goes.
    const until = '2040-01-01T00:00:00Z';
    const off = { kind: 'cancel', rule, ruleId: 'op', state: 'off', until, seq: 2, operationId: 'op-2' } as const;
    await controls.apply({ ...off, ...common });
    await aService().dispatch(aDelivery(shop));
    expect([provider.calls, await controls.inForce()]).toEqual([3, []]);
  });
});
