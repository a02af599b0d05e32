import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Permits, type PermitsOptions, type PermitWait } from './permits.service.ts';
import { SenderReservations, type ReservationRequest } from '../reservations/sender-reservations.port.ts';

/** Shares the moments out in memory, at the virtual clock's time. */
class ReservationsInMemory extends SenderReservations {
  readonly requests: ReservationRequest[] = [];
  fails = 0;
  private nextAt = 0;

  reserve(request: ReservationRequest): Promise<number> {
    this.requests.push(request);
    if (this.fails-- > 0) return Promise.reject(new Error('the database is away'));
    const start = Math.max(this.nextAt, Date.now());
    this.nextAt = start + (request.count * 1_000) / request.perS;
    return Promise.resolve(start - Date.now());
  }
}

describe('permits', () => {
  let reservations: ReservationsInMemory;
  let stopping: AbortController;
  let went: string[];

  const somePermits = (overrides: Partial<PermitsOptions> = {}) =>
    new Permits({
      providerRates: new Map(),
      tenantRatePerS: undefined,
      senderRates: new Map(),
      reservations,
      reservationMs: 2_000,
      burstMs: 1_000,
      stopping: stopping.signal,
      now: Date.now,
      ...overrides,
    });
  const aRequest = (overrides: Partial<PermitWait> = {}): PermitWait => ({
    provider: 'twilio',
    tenant: 'default',
    sender: undefined,
    lane: 'transactional',
    notAfter: Date.now() + 30_000,
    ...overrides,
  });
  const ask = (permits: Permits, name: string, overrides: Partial<PermitWait> = {}) =>
    permits.take(aRequest(overrides)).then((isGranted) => {
      went.push(`${name} ${isGranted ? 'goes' : 'is sent away'} at ${Date.now() / 1_000}`);
      return isGranted;
    });
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers({ now: 0, doNotFake: ['setImmediate', 'performance'] });
    reservations = new ReservationsInMemory();
    stopping = new AbortController();
    went = [];
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are granted at once where nothing is limited', async () => {
    expect(await somePermits().take(aRequest({ sender: '+1500' }))).toBe(true);
    expect([reservations.requests.length, jest.getTimerCount()]).toEqual([0, 0]);
  });

  it('come at the provider’s rate, in the order of asking', async () => {
    const permits = somePermits({ providerRates: new Map([['twilio', 2]]) });
    for (const name of ['a', 'b', 'c', 'd']) void ask(permits, name);
    void ask(permits, 'other', { provider: 'elsewhere' });
    await pass(1_000);
    expect(went).toEqual(['a goes at 0', 'b goes at 0', 'other goes at 0', 'c goes at 0.5', 'd goes at 1']);
  });

  it('go to urgent messages first, and to some bulk ones all the same', async () => {
    const permits = somePermits({ providerRates: new Map([['twilio', 10]]), burstMs: 1 });
    for (let number = 0; number < 100; number += 1) {
      void ask(permits, 'bulk', { lane: 'bulk' });
      void ask(permits, 'transactional');
    }
    await pass(150);
    went.length = 0;
    for (let number = 0; number < 60; number += 1) void ask(permits, 'urgent', { lane: 'urgent' });
    await pass(5_000);
    const lanes = went.map((line) => line.split(' ')[0]);
    expect(lanes[0]).toBe('urgent');
    expect([lanes.filter((lane) => lane === 'urgent').length, lanes.filter((lane) => lane === 'bulk').length]).toEqual([
      40, 2,
    ]);
  });

  it('of a busy tenant do not keep another tenant waiting', async () => {
    const permits = somePermits({ tenantRatePerS: 1 });
    for (const name of ['a', 'b']) void ask(permits, name, { tenant: 'busy' });
    void ask(permits, 'c', { tenant: 'calm' });
    await pass(0);
    expect(went).toEqual(['a goes at 0', 'c goes at 0']);
    await pass(1_000);
    expect(went.at(-1)).toBe('b goes at 1');
  });

  it('follow the replica’s share from the moment it changes', async () => {
    const permits = somePermits({ providerRates: new Map([['twilio', 1]]) });
    for (const name of ['a', 'b', 'c']) void ask(permits, name);
    await pass(500);
    permits.setShare(0.5);
    await pass(3_000);
    expect(went).toEqual(['a goes at 0', 'b goes at 1.5', 'c goes at 3.5']);
  });

  it('are none while the replica has no share: another one takes the message', async () => {
    const permits = somePermits({ providerRates: new Map([['twilio', 1]]) });
    permits.setShare(0);
    expect(await permits.take(aRequest())).toBe(false);
    expect(permits.appoint(aRequest())).toBe(0);
  });

  it('wait for the time the provider asked for', async () => {
    const permits = somePermits();
    permits.hold('twilio', 5_000);
    void ask(permits, 'a');
    void ask(permits, 'other', { provider: 'elsewhere' });
    await pass(5_000);
    expect(went).toEqual(['other goes at 0', 'a goes at 5']);
  });

  it('are refused at once where the wait would be too long, one appointment after the other', async () => {
    const permits = somePermits({ providerRates: new Map([['twilio', 1]]) });
    for (let number = 0; number < 4; number += 1) void ask(permits, 'waiting', { notAfter: 3_000 });
    const late = aRequest({ notAfter: 3_000 });
    expect(permits.turnAt(late)).toBe(4_000);
    expect(await Promise.all([permits.take(late), permits.take(late), permits.take(late)])).toEqual([
      false,
      false,
      false,
    ]);
    expect([permits.appoint(late), permits.appoint(late), permits.appoint(late)]).toEqual([4_000, 5_000, 6_000]);
  });

  it('are refused where they would come after the lease, and when the patience is over', async () => {
    const permits = somePermits({ providerRates: new Map([['twilio', 1]]) });
    await permits.take(aRequest());
    expect(await permits.take(aRequest({ notAfter: 900 }))).toBe(false);
    void ask(permits, 'bulk', { lane: 'bulk', notAfter: 2_500 });
    for (const name of ['u', 'v', 'w'])
      void pass(0).then(() => ask(permits, name, { lane: 'urgent', notAfter: 2_500 }));
    await pass(2_600);
    expect(went).toEqual(['w is sent away at 0', 'u goes at 1', 'v goes at 2', 'bulk is sent away at 2.5']);
  });

  it('are given back unused when the service stops', async () => {
    const permits = somePermits();
    permits.hold('twilio', 5_000);
    void ask(permits, 'a');
    await pass(100);
    stopping.abort();
    await turn();
    expect(went).toEqual(['a is sent away at 0.1']);
    expect([await permits.take(aRequest()), permits.appoint(aRequest())]).toEqual([false, 100]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('that were taken and not used go to the next', async () => {
    const permits = somePermits({ providerRates: new Map([['twilio', 1]]), senderRates: new Map([['+1500', 1]]) });
    await permits.take(aRequest({ sender: '+1500' }));
    void ask(permits, 'next', { sender: '+1500' });
    permits.giveBack(aRequest({ sender: '+1500' }));
    await pass(0);
    expect(went).toEqual(['next goes at 0']);
  });

  it('of a slow sender come from slices as long as many wait, urgent ones first', async () => {
    const permits = somePermits({ senderRates: new Map([['+1500', 1]]) });
    void ask(permits, 'a', { sender: '+1500', lane: 'bulk' });
    void ask(permits, 'b', { sender: '+1500', lane: 'bulk' });
    void ask(permits, 'c', { sender: '+1500', lane: 'urgent' });
    void ask(permits, 'other', { sender: '+1501' });
    await pass(2_500);
    expect(went).toEqual(['other goes at 0', 'c goes at 0', 'a goes at 1', 'b goes at 2']);
    expect(reservations.requests.map(({ count }) => count)).toEqual([1, 2]);
  });

  it('wait for the database to come back', async () => {
    reservations.fails = 2;
    const errors: unknown[] = [];
    const permits = somePermits({ senderRates: new Map([['*', 1]]), onError: (error) => errors.push(error) });
    void ask(permits, 'a', { sender: '+1500' });
    await pass(1_500);
    expect(went).toEqual(['a goes at 1']);
    expect(errors).toHaveLength(2);
  });
});
