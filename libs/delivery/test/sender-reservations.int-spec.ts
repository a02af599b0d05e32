import { setTimeout as delay } from 'node:timers/promises';
import { migrate, type Pool } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { senderRateMigration } from '#libs/delivery-tables';
import { Permits } from '../src/route/permits/permits.service.ts';
import type { ReservationRequest } from '../src/route/reservations/sender-reservations.port.ts';
import { PostgresSenderReservations } from '../src/route/reservations/sender-reservations.store.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/**
 * The real reservations, and the time that a busy machine loses: reserved times that pass unused are lost, not caught
 * up.
 */
class Watched extends PostgresSenderReservations {
  standstillMs = 0;
  override async reserve(request: ReservationRequest): Promise<number> {
    const asked = performance.now();
    const startsInMs = await super.reserve(request);
    this.standstillMs += Math.max(0, performance.now() - asked - 20);
    return startsInMs;
  }
}

/** How long this process was suspended, in ms, until `end` is called. */
function standstill(): { end(): number } {
  let last = performance.now();
  let total = 0;
  const look = () => {
    total += Math.max(0, performance.now() - last - 30);
    last = performance.now();
  };
  const timer = setInterval(look, 10);
  return { end: () => (look(), clearInterval(timer), total) };
}

describe('the sending times of a slow sender, shared through Postgres', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await aDatabase();
    pool = database.pool();
    await migrate(pool, 'sms', [senderRateMigration]);
  });
  afterAll(() => database.drop());

  const aReplica = (perS: number, stopping: AbortSignal, reservations: Watched) =>
    new Permits({
      providerRates: new Map(),
      tenantRatePerS: undefined,
      senderRates: new Map([['*', perS]]),
      reservations,
      reservationMs: 2_000,
      burstMs: 1_000,
      stopping,
    });

  /**
   * Two replicas with more messages than they may send; returns when each was sent, and how long the machine delayed
   * them, in ms.
   */
  async function rush(
    sender: string,
    perS: number,
    forMs: number,
  ): Promise<{ first: number[]; second: number[]; heldUpMs: number }> {
    const stopping = new AbortController();
    const went = { first: [] as number[], second: [] as number[] };
    const asked = { first: new Watched(pool, 'sms'), second: new Watched(pool, 'sms') };
    const stood = standstill();
    const started = performance.now();
    const work = (['first', 'second'] as const).flatMap((name) => {
      const replica = aReplica(perS, stopping.signal, asked[name]);
      return Array.from({ length: 300 }, async () => {
        const request = { provider: 'twilio', tenant: 'default', sender, lane: 'bulk' as const };
        if (await replica.take({ ...request, notAfter: Infinity })) went[name].push(performance.now() - started);
      });
    });
    await delay(forMs);
    stopping.abort();
    await Promise.all(work);
    return { ...went, heldUpMs: stood.end() + asked.first.standstillMs + asked.second.standstillMs };
  }

  /** The maximum by which any window contains more than rate × its length. */
  function excess(times: readonly number[], perS: number): number {
    const sorted = [...times].sort((a, b) => a - b);
    return Math.max(
      ...sorted.flatMap((from, first) =>
        sorted.slice(first).map((to, more) => more + 1 - ((to - from) * perS) / 1_000),
      ),
    );
  }

  it('are one a second over two replicas together, none unused', async () => {
    const { first, second } = await rush('+15005550006', 1, 5_500);
    const all = [...first, ...second];
    expect(excess(all, 1)).toBeLessThan(1.5);
    expect(all.length).toBeGreaterThanOrEqual(5);
    expect(Math.min(first.length, second.length)).toBeGreaterThanOrEqual(1);
  });

  it('are used in full at a rate of many a second', async () => {
    const { first, second, heldUpMs } = await rush('+15005550007', 50, 3_000);
    const all = [...first, ...second];
    // One, plus the possible delay of a busy process (100 ms on each side).
    expect(excess(all, 50)).toBeLessThan(11);
    expect(all.length).toBeGreaterThan(((3_000 - heldUpMs) * 50 * 2) / 3_000);
    expect(Math.min(first.length, second.length)).toBeGreaterThanOrEqual(1);
  });

  it('never overlap, whoever reserves them, and are lost once they lie in the past', async () => {
    const [one, other] = [new PostgresSenderReservations(pool, 'sms'), new PostgresSenderReservations(pool, 'sms')];
    const request = { sender: '+15005550008', perS: 10, count: 3 };
    const starts = await Promise.all([one.reserve(request), other.reserve(request)]);
    expect(Math.abs(starts[0] - starts[1])).toBeGreaterThan(280);
    expect(Math.min(...starts)).toBe(0);
    await delay(900);
    expect(await one.reserve(request)).toBe(0);
    expect(await one.reserve({ ...request, count: 1 })).toBeGreaterThan(250);
  });

  it('of different senders do not wait for each other, even in one statement', async () => {
    const reservations = new PostgresSenderReservations(pool, 'sms');
    const senders = Array.from({ length: 20 }, (_, index) => `+1500555${index}`);
    const starts = await Promise.all(senders.map((sender) => reservations.reserve({ sender, perS: 1, count: 5 })));
    expect(starts).toEqual(senders.map(() => 0));
  });
});
