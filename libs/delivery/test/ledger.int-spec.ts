import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate, type Pool } from '#libs/persistence';
import { aDatabase, aFailure, type TestDatabase } from '#libs/testing';
import { ledgerMigrations } from '#libs/delivery-tables';
import type { Outcome } from '../src/delivery.ts';
import { firstPeriods, keepPartitions, periodAt } from '../src/ledger/ledger.partitions.ts';
import { PostgresLedger } from '../src/ledger/ledger.store.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aDelivery } from './builders/a-delivery.ts';
import { Callers } from './builders/callers.ts';

const sent = (callId: string): Outcome => ({
  kind: 'sent',
  at: new Date().toISOString(),
  provider: 'sendgrid',
  providerMessageId: `id-of-${callId}`,
  callId,
  attempt: 1,
});

describe('the ledger', () => {
  let database: TestDatabase;
  let pool: Pool;
  let ledger: Callers;
  let hasty: Callers;

  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
    await migrate(pool, 'email', ledgerMigrations);
    ledger = new Callers(new PostgresLedger({ pool, schema: 'email', leaseMs: 60_000, retentionDays: 14 }));
    hasty = new Callers(new PostgresLedger({ pool, schema: 'email', leaseMs: 1, retentionDays: 14 }));
  });
  afterAll(() => database.drop());

  it('gives a hop to exactly one of many concurrent copies', async () => {
    const messageId = `m-${randomUUID()}`;
    const copies = Array.from({ length: 20 }, (_, index) =>
      aDelivery({ messageId, source: `messaging.email.requested/1/${index}` }),
    );
    const claims = await Promise.all(copies.map((copy) => ledger.claim(copy, randomUUID())));
    expect(claims.filter((claim) => claim.verdict === 'mine')).toHaveLength(1);
    expect(claims.filter((claim) => claim.verdict === 'repeat')).toHaveLength(19);
  });

  it('gives a hop to exactly one of two replicas', async () => {
    const other = new Callers(new PostgresLedger({ pool, schema: 'email', leaseMs: 60_000, retentionDays: 14 }));
    const deliveries = Array.from({ length: 100 }, () => aDelivery());
    const claims = await Promise.all(
      deliveries.flatMap((delivery) => [ledger.claim(delivery, randomUUID()), other.claim(delivery, randomUUID())]),
    );
    expect(claims.filter((claim) => claim.verdict === 'mine')).toHaveLength(100);
    expect(claims.filter((claim) => claim.verdict === 'running')).toHaveLength(100);
  });

  it('leaves a hop to its holder when a claim is repeated under its own token after a lost connection', async () => {
    const delivery = aDelivery();
    const token = randomUUID();
    await ledger.claim(delivery, token);
    expect(await ledger.claim(delivery, token)).toEqual({ verdict: 'mine', token });
  });

  it('returns the outcome to a repeated record, with the time at which it was settled', async () => {
    const delivery = aDelivery();
    const token = randomUUID();
    await ledger.claim(delivery, token);
    const outcome = sent(token);
    expect(await ledger.settle(delivery, token, outcome)).toBe(true);
    expect(await ledger.claim(delivery, randomUUID())).toEqual({ verdict: 'settled', outcome });
  });

  it('absorbs another record of the same message, and refuses the same id with other content', async () => {
    const delivery = aDelivery();
    await ledger.claim(delivery, randomUUID());
    expect(await ledger.claim(aDelivery({ ...delivery, source: 'elsewhere/0/7' }), randomUUID())).toEqual({
      verdict: 'repeat',
      of: delivery.source,
    });
    const changed = aDelivery({ ...delivery, source: 'elsewhere/0/8', digest: randomUUID() });
    expect(await ledger.claim(changed, randomUUID())).toEqual({ verdict: 'conflict' });
  });

  it('lets a repeated record wait while the lease runs, and turns the claim to unknown after it', async () => {
    const delivery = aDelivery();
    const token = randomUUID();
    await ledger.claim(delivery, token);
    expect(await ledger.claim(delivery, randomUUID())).toMatchObject({ verdict: 'running' });

    const abandoned = aDelivery();
    const lost = randomUUID();
    await hasty.claim(abandoned, lost);
    await delay(20);
    expect(await hasty.claim(abandoned, randomUUID())).toMatchObject({
      verdict: 'settled',
      outcome: { kind: 'unknown', callId: lost },
    });
  });

  it('never takes a running claim away from its holder because of another record', async () => {
    const delivery = aDelivery();
    const token = randomUUID();
    await hasty.claim(delivery, token);
    await delay(20);
    expect(await hasty.claim(aDelivery({ ...delivery, source: 'elsewhere/0/9' }), randomUUID())).toEqual({
      verdict: 'repeat',
      of: delivery.source,
    });
    expect(await hasty.settle(delivery, token, sent(token))).toBe(true);
  });

  it('upgrades unknown to sent when the late answer shows acceptance, and fences any other late answer', async () => {
    const [taken, refused] = [aDelivery(), aDelivery()];
    const [first, second] = [randomUUID(), randomUUID()];
    await Promise.all([hasty.claim(taken, first), hasty.claim(refused, second)]);
    await delay(20);
    await Promise.all([hasty.claim(taken, randomUUID()), hasty.claim(refused, randomUUID())]);
    expect(await hasty.settle(taken, first, sent(first))).toBe(true);
    expect(await hasty.claim(taken, randomUUID())).toMatchObject({ verdict: 'settled', outcome: { kind: 'sent' } });
    expect(await hasty.settle(refused, second, { kind: 'waiting', at: '', until: '', reason: '' })).toBe(false);
  });

  it('refuses the next hop once an earlier one was accepted', async () => {
    const delivery = aDelivery();
    const token = randomUUID();
    await hasty.claim(delivery, token);
    await ledger.markAccepted(delivery.id, 1);
    const next = aDelivery({ ...delivery, hop: 2, source: 'messaging.email.due/0/1', digest: undefined });
    expect(await ledger.claim(next, randomUUID())).toMatchObject({
      verdict: 'settled',
      outcome: { kind: 'superseded' },
    });
  });

  it('returns the accepted and unconfirmed calls with the same fingerprint, and their provider ids', async () => {
    const [participants, contentHash] = [randomUUID(), randomUUID()];
    const of = (fingerprint: { participants: string; contentHash: string | null }, more = {}) =>
      aDelivery({ fingerprint, ...more });
    const [lost, answered, refused, accepted] = [
      of({ participants, contentHash }),
      of({ participants, contentHash }),
      of({ participants, contentHash }),
      of({ participants, contentHash: null }),
    ];
    const others = [
      of({ participants, contentHash: randomUUID() }),
      of({ participants: randomUUID(), contentHash }),
      of({ participants, contentHash }, { mode: 'reconcile' }),
      aDelivery(),
    ];
    const tokens = new Map([lost, answered, refused, accepted, ...others].map((delivery) => [delivery, randomUUID()]));
    await Promise.all([...tokens].map(([delivery, token]) => ledger.claim(delivery, token)));
    await ledger.settle(answered, tokens.get(answered)!, sent('a'));
    await ledger.settle(refused, tokens.get(refused)!, { kind: 'failed', at: '', attempt: 1, failure: aFailure() });
    await ledger.markAccepted(accepted.id, 1, 'SM9');
    const calls = await ledger.siblingCalls(lost.id, 1, 60_000);
    const brief = calls.map(({ own, providerMessageId, alike }) => [own, providerMessageId, alike]);
    expect(brief).toHaveLength(4);
    expect(brief).toEqual(
      expect.arrayContaining([
        [true, undefined, true],
        [false, 'id-of-a', true],
        [false, 'SM9', true],
        [false, undefined, false],
      ]),
    );
    for (const { claimedAt } of calls) expect(Math.abs(claimedAt - Date.now())).toBeLessThan(30_000);
    expect(await ledger.siblingCalls(aDelivery().id, 1, 60_000)).toEqual([]);
  });

  it('refuses one record whose data Postgres refuses, and claims and settles the others of its batch', async () => {
    const good = Array.from({ length: 20 }, () => aDelivery());
    const bad = aDelivery({ source: 'messaging.email.requested/0/\u0000' });
    const tokens = new Map([...good.slice(0, 7), bad, ...good.slice(7)].map((delivery) => [delivery, randomUUID()]));
    const claims = await Promise.allSettled([...tokens].map(([delivery, token]) => ledger.claim(delivery, token)));
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    expect(claims[7]).toMatchObject({ status: 'rejected', reason: { code: '22021' } });

    const outcomes = good.map((delivery, index) => {
      const outcome = sent(tokens.get(delivery)!);
      return { delivery, outcome: index === 3 ? ({ ...outcome, providerMessageId: 'x\u0000' } as Outcome) : outcome };
    });
    const settled = await Promise.allSettled(
      outcomes.map(({ delivery, outcome }) => ledger.settle(delivery, tokens.get(delivery)!, outcome)),
    );
    expect(settled.map(({ status }) => status)).toEqual(
      good.map((_, index) => (index === 3 ? 'rejected' : 'fulfilled')),
    );
    expect(await ledger.claim(good[0]!, randomUUID())).toMatchObject({ verdict: 'settled' });
    expect(await ledger.claim(good[3]!, randomUUID())).toMatchObject({ verdict: 'running' });
  });

  it('lets the next hop go when the earlier one was refused', async () => {
    const delivery = aDelivery();
    const token = randomUUID();
    await ledger.claim(delivery, token);
    await ledger.settle(delivery, token, {
      kind: 'waiting',
      at: new Date().toISOString(),
      until: new Date().toISOString(),
      reason: '',
    });
    expect(await ledger.claim(aDelivery({ ...delivery, hop: 2, source: 'due/0/2' }), randomUUID())).toMatchObject({
      verdict: 'mine',
    });
  });

  it('recognises a repeat that was published in another period than the first', async () => {
    const delivery = aDelivery();
    await ledger.claim(delivery, randomUUID());
    const earlier = new Date(Date.now() - 8 * 86_400_000);
    const periods = firstPeriods(new Date(), { retentionDays: 14 });
    expect(periodAt(periods, earlier)).not.toBe(periodAt(periods, delivery.requestedAt));
    const repeat = aDelivery({ ...delivery, rememberedAt: earlier, source: 'elsewhere/0/1' });
    expect(await ledger.claim(repeat, randomUUID())).toEqual({ verdict: 'repeat' });
  });

  it('drops whole periods once the retention is over, and not before', async () => {
    await migrate(pool, 'sms', ledgerMigrations);
    const times = { retentionDays: 14 };
    const then = new Date('2030-01-01T00:00:00Z');
    await keepPartitions(pool, 'sms', then, times);
    const names = async () =>
      (
        await pool.query<{ name: string }>(
          'SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = ' +
            "'sms.ledger'::regclass ORDER BY 1",
        )
      ).rows.map((row) => row.name);
    const before = await names();
    await keepPartitions(pool, 'sms', new Date('2030-01-08T00:00:00Z'), times);
    const after = await names();
    expect(before).toHaveLength(4);
    expect(after).toHaveLength(4);
    expect(after.slice(0, 3)).toEqual(before.slice(1));
  });

  describe('whose retention is changed during operation', () => {
    const inUse = (retentionDays: number) =>
      new Callers(new PostgresLedger({ pool, schema: 'changed', leaseMs: 60_000, retentionDays }));
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
    const copyOf = (delivery: ReturnType<typeof aDelivery>) =>
      aDelivery({ ...delivery, source: `elsewhere/0/${randomUUID()}` });
    beforeAll(() => migrate(pool, 'changed', ledgerMigrations));

    it('recognises what it claimed before, whatever the length of its periods', async () => {
      const [recent, older] = [aDelivery(), aDelivery({ rememberedAt: daysAgo(6) })];
      for (const delivery of [recent, older])
        expect(await inUse(14).claim(delivery, randomUUID())).toMatchObject({ verdict: 'mine' });
      for (const retentionDays of [30, 7, 61, 10]) {
        const ledger = inUse(retentionDays);
        expect(
          await Promise.all([recent, older].map((delivery) => ledger.claim(copyOf(delivery), randomUUID()))),
        ).toMatchObject([{ verdict: 'repeat' }, { verdict: 'repeat' }]);
        expect(await ledger.claim(aDelivery({ rememberedAt: daysAgo(6) }), randomUUID())).toMatchObject({
          verdict: 'mine',
        });
      }
    });

    it('leaves to an operator what is older than its first period, which is never extended backwards', async () => {
      const claims = await Promise.all(
        [aDelivery({ rememberedAt: daysAgo(40) }), aDelivery()].map((delivery) =>
          inUse(90).claim(delivery, randomUUID()),
        ),
      );
      expect(claims).toMatchObject([{ verdict: 'forgotten' }, { verdict: 'mine' }]);
    });

    it('has no gap between its periods and no day twice, however often and whenever it is changed', async () => {
      let now = Date.now();
      for (const retentionDays of [14, 30, 5, 2, 61, 90, 3, 14]) {
        now += 11 * 86_400_000;
        const periods = await keepPartitions(pool, 'changed', new Date(now), { retentionDays });
        expect(periods.slice(1).map(({ from }) => from)).toEqual(periods.slice(0, -1).map(({ to }) => to));
        expect(Date.parse(periods.at(-1)!.to)).toBeGreaterThan(now + (retentionDays / 2) * 86_400_000);
        expect(Date.parse(periods[0]!.to)).toBeGreaterThan(now - retentionDays * 86_400_000);
      }
    });
  });
});
