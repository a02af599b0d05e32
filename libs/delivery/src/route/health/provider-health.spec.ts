import type { Lane } from '#libs/contracts';
import type { SendResult } from '#libs/providers';
import { aFailure } from '#libs/testing';
import { type Entry, ProviderHealth, type ProviderHealthOptions } from './provider-health.ts';
import { describe, expect, it } from '@jest/globals';

const down: SendResult = { sent: false, failure: aFailure() };
const fine: SendResult = { sent: true, providerMessageId: 'x' };
const limits = {
  consecutive: 2,
  ratio: 1,
  minCalls: 100,
  windowMs: 10_000,
  openMs: 1_000,
  maxOpenMs: 1_000,
  probes: 1,
};

describe('the health of providers', () => {
  let now = 0;
  const someHealth = (overrides: Partial<ProviderHealthOptions> = {}) =>
    new ProviderHealth({
      providers: ['sendgrid', 'resend'],
      limits,
      calls: 2,
      stopping: new AbortController().signal,
      now: () => now,
      ...overrides,
    });
  const leave = (entry: Entry, result?: SendResult) =>
    entry.entered ? entry.leave(result) : expect(entry).toBe('entered');
  const call = async (health: ProviderHealth, result?: SendResult) =>
    leave(await health.enter('sendgrid', 'bulk', 1_000), result);

  it('shows a failing provider’s circuit open and reports every change', async () => {
    now = 0;
    const changes: string[] = [];
    const health = someHealth({ onChange: (provider, state) => changes.push(`${provider} ${state}`) });
    await call(health, down);
    await call(health, down);
    expect(['sendgrid', 'resend'].map((name) => health.isOpen(name))).toEqual([true, false]);
    expect(await health.enter('sendgrid', 'urgent', 0)).toEqual({ entered: false, why: 'circuit-open' });
    now = 1_000;
    expect(health.isOpen('sendgrid')).toBe(false);
    await call(health, fine);
    expect(health.isOpen('sendgrid')).toBe(false);
    expect(changes).toEqual(['sendgrid open', 'sendgrid closed']);
  });

  it('shows a half-open circuit as open while its probe is out, so that others go elsewhere', async () => {
    now = 0;
    const health = someHealth();
    await call(health, down);
    await call(health, down);
    now = 1_000;
    const probe = await health.enter('sendgrid', 'bulk', 0);
    expect([health.isOpen('sendgrid'), await health.enter('sendgrid', 'bulk', 0)]).toEqual([
      true,
      { entered: false, why: 'circuit-open' },
    ]);
    leave(probe);
    expect(health.isOpen('sendgrid')).toBe(false);
  });

  it('lets only so many calls out to one provider, and the urgent ones go next', async () => {
    const health = someHealth();
    const [first, second] = [await health.enter('sendgrid', 'bulk', 0), await health.enter('sendgrid', 'bulk', 0)];
    const order: Lane[] = [];
    const waiting = (['bulk', 'transactional', 'urgent'] as const).map((lane) =>
      health.enter('sendgrid', lane, 1_000).then((entry) => {
        order.push(lane);
        return leave(entry, fine);
      }),
    );
    expect((await health.enter('resend', 'bulk', 0)).entered).toBe(true);
    leave(first, fine);
    await Promise.all(waiting);
    leave(second, fine);
    expect(order).toEqual(['urgent', 'transactional', 'bulk']);
  });

  it('turns away who finds no place in time, and everybody when the service stops', async () => {
    const stopping = new AbortController();
    const health = someHealth({ calls: 1, stopping: stopping.signal });
    const held = await health.enter('sendgrid', 'bulk', 0);
    expect(await health.enter('sendgrid', 'urgent', 10)).toEqual({ entered: false, why: 'full' });
    const waiting = health.enter('sendgrid', 'urgent', 60_000);
    stopping.abort();
    expect(await waiting).toEqual({ entered: false, why: 'full' });
    leave(held);
    expect((await health.enter('sendgrid', 'urgent', 0)).entered).toBe(true);
  });

  it('tells those that waited for a place when the circuit has opened meanwhile', async () => {
    now = 0;
    const health = someHealth({ calls: 1, limits: { ...limits, consecutive: 1 } });
    const held = await health.enter('sendgrid', 'bulk', 0);
    const waiting = [health.enter('sendgrid', 'bulk', 1_000), health.enter('sendgrid', 'bulk', 1_000)];
    leave(held, down);
    expect(await Promise.all(waiting)).toEqual([
      { entered: false, why: 'circuit-open' },
      { entered: false, why: 'circuit-open' },
    ]);
  });
});
