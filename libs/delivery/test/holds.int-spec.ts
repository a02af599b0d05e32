import { setTimeout as delay } from 'node:timers/promises';
import type { Channel } from '#libs/contracts';
import { migrate } from '#libs/persistence';
import type { OpenControl } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { deliveryMigrations } from '#libs/delivery-tables';
import { carryOut } from '../src/controls/carry-out.ts';
import { HoldReports } from '../src/route/holds/hold-reports.service.ts';
import type { HoldRequest } from '../src/route/holds/hold.policy.ts';
import type { HoldPlace } from '../src/route/holds/holds.port.ts';
import { PostgresHolds } from '../src/route/holds/holds.store.ts';
import { PostgresLedger } from '../src/ledger/ledger.store.ts';
import { HoldsInMemory } from './builders/holds-in-memory.ts';
import { aDelivery } from './builders/a-delivery.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';

describe('the table of holds', () => {
  let database: TestDatabase;
  let holds: PostgresHolds;

  beforeAll(async () => {
    database = await aDatabase();
    await migrate(database.pool(), 'email', deliveryMigrations);
    holds = new PostgresHolds(database.pool(), 'email');
  });
  beforeEach(() => database.pool().query('TRUNCATE email.provider_hold'));
  afterAll(() => database.drop());

  const place: HoldPlace = { provider: 'sendgrid', account: 'a1', scope: 'all' };
  const aRequest = (more: Partial<HoldRequest> = {}): HoldRequest & HoldPlace => ({
    ...place,
    failure: { kind: 'throttled', code: 'http_429', meaning: 'Too many requests.' },
    askedMs: 60_000,
    baseMs: 50,
    maxMs: 300_000,
    ...more,
  });

  const aLift = (holdId: string, by: string, channel: Channel): OpenControl => ({
    key: `lift:${holdId}`,
    control: {
      kind: 'lift',
      holdId,
      channel,
      seq: 1,
      eventId: 'e-1',
      operationId: 'o-1',
      by,
      reason: 'a test',
      at: '2030-01-31T12:00:00.000Z',
    },
    seenForMs: 0,
    counts: {},
    sweptTo: null,
  });

  it('keeps a hold, moves its end further away and never nearer', async () => {
    const first = await holds.hold(aRequest());
    expect(first).toMatchObject({ ...place, seq: 1, state: 'held', round: 1, code: 'http_429' });
    expect(first.leftMs).toBeGreaterThan(58_000);
    const shorter = await holds.hold(aRequest({ askedMs: 1_000 }));
    expect(shorter).toMatchObject({ id: first.id, seq: 1 });
    expect(shorter.leftMs).toBeGreaterThan(58_000);
    const longer = await holds.hold(aRequest({ askedMs: 120_000 }));
    expect(longer).toMatchObject({ id: first.id, seq: 2, round: 1 });
    expect(longer.leftMs).toBeGreaterThan(118_000);
  });

  it('lets a probe lift only the hold that it probes, and only once its time is over', async () => {
    const first = await holds.hold(aRequest({ askedMs: undefined }));
    expect(await holds.lift(first.id)).toBeUndefined();
    await delay(60);
    const second = await holds.hold(aRequest({ askedMs: undefined }));
    expect(second).toMatchObject({ round: 2, seq: 2 });
    await delay(120);
    expect(await holds.lift(first.id)).toBeUndefined();
    expect(await holds.lift(second.id)).toMatchObject({ state: 'lifted', seq: 3, leftMs: 0 });
  });

  it('lets an operator lift at any time, and says who it was', async () => {
    const { id } = await holds.hold(aRequest());
    expect(await holds.lift(id, 'ada')).toMatchObject({ state: 'lifted', by: 'ada' });
    expect(await holds.lift(id, 'ada')).toBeUndefined();
  });

  it('says what came of an operator’s lift, also when it is carried out twice or comes too late', async () => {
    const reports = new HoldReports({
      channel: 'email',
      holds,
      held: { take: () => undefined, lasting: () => [] },
      publisher: { publish: () => Promise.resolve() },
      logger: createLogger('test', 'silent'),
      inUse: [],
    });
    const carriedOut = (holdId: string, by: string, channel: Channel = 'email') =>
      carryOut(aLift(holdId, by, channel), { channel: 'email', providerNames: [], holds: reports });
    const { id } = await holds.hold(aRequest());
    expect(await carriedOut(id, 'key:ada', 'sms')).toEqual({ done: true });
    expect((await holds.all())[0]).toMatchObject({ id, state: 'held' });
    // A replica that dies before it has reported the end carries it out once more.
    for (let time = 1; time <= 2; time += 1)
      expect(await carriedOut(id, 'key:ada')).toEqual({ done: true, counts: { lifted: 1 } });
    expect(await carriedOut(id, 'key:bob')).toEqual({ done: true, counts: { liftedBefore: 1 } });
    const { id: next } = await holds.hold(aRequest());
    expect(next).not.toBe(id);
    expect(await carriedOut(id, 'key:ada')).toEqual({ failed: expect.stringMatching(/^email has no such hold: .*/) });
    expect((await holds.all())[0]).toMatchObject({ id: next, state: 'held' });
  });

  it('lifts what is held under a credential that is in use no more', async () => {
    await holds.hold(aRequest());
    await holds.hold({ ...aRequest(), account: 'b2' });
    await holds.liftOthers([{ provider: 'sendgrid', account: 'b2' }]);
    expect((await holds.all()).map(({ account, state }) => [account, state])).toEqual([
      ['a1', 'lifted'],
      ['b2', 'held'],
    ]);
  });

  it('remembers which changes are still to be published', async () => {
    const { id } = await holds.hold(aRequest());
    const [before] = await holds.unpublished();
    await holds.lift(id, 'ada');
    await holds.markPublished([before!]);
    const left = await holds.unpublished();
    expect(left).toMatchObject([{ seq: 2, state: 'lifted' }]);
    await holds.markPublished(left);
    expect(await holds.unpublished()).toEqual([]);
  });

  it('is read with each claim', async () => {
    const seen: unknown[] = [];
    const ledger = new PostgresLedger({
      pool: database.pool(),
      schema: 'email',
      leaseMs: 60_000,
      retentionDays: 14,
      onHolds: (rows) => seen.push(...rows),
    });
    const claim = () => ledger.claim([{ delivery: aDelivery(), token: randomUUID() }]);
    expect(await claim()).toMatchObject([{ verdict: 'mine' }]);
    expect(seen).toEqual([]);
    const hold = await holds.hold(aRequest());
    expect(await claim()).toMatchObject([{ verdict: 'mine' }]);
    expect(seen).toMatchObject([{ ...place, id: hold.id, state: 'held', seq: 1, code: 'http_429' }]);
    expect((seen[0] as { leftMs: number }).leftMs).toBeGreaterThan(50_000);
  });

  it('follows the same rules as the one in memory that the model plays with', async () => {
    const inMemory = new HoldsInMemory();
    const steps = [{ askedMs: 80 }, { askedMs: 5_000 }, { askedMs: 10 }, 'lift', { askedMs: 40 }] as const;
    const both: [unknown, unknown][] = [];
    let ids = ['', ''] as [string, string];
    for (const step of steps) {
      const answers = await Promise.all(
        [holds, inMemory].map((table, index) =>
          step === 'lift' ? table.lift(ids[index]!, 'ada') : table.hold(aRequest(step)),
        ),
      );
      ids = answers.map((answer) => answer!.id) as [string, string];
      both.push(answers.map((answer) => [answer!.seq, answer!.state, answer!.round]) as [unknown, unknown]);
    }
    for (const [table, memory] of both) expect(table).toEqual(memory);
  });
});
