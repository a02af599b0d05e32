import { type LookupResult, ownFailure, Provider, type ProviderCheck, type SendResult } from '#libs/providers';
import { eventsFor } from '../publish/events.policy.ts';
import { systemClock } from '../clock.ts';
import { RoutingService } from './routing.service.ts';
import { breakerLimitsOf, healthSettings } from './health/health.config.ts';
import { ProviderHealth } from './health/provider-health.ts';
import { Permits } from './permits/permits.service.ts';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { aDelivery, type TestMessage } from '../../test/builders/a-delivery.ts';

class IdleProvider extends Provider<TestMessage> {
  readonly name: string = 'sendgrid';
  send = (): Promise<SendResult> => Promise.resolve({ sent: true, providerMessageId: 'x' });
  lookup = (): Promise<LookupResult> => Promise.resolve({ found: 'unsupported' });
  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });
}

const failing: SendResult = {
  sent: false,
  failure: ownFailure('http_500', 'unknown', 'backoff', 'It has a fault.', { httpStatus: 500 }),
};
const throttled: SendResult = {
  sent: false,
  failure: ownFailure('http_429', 'throttled', 'backoff', 'Too many.', { httpStatus: 429, retryAfterMs: 60_000 }),
};

const tooRich = ownFailure('MSG_TOO_RICH', 'bad-content', 'never', 'It holds what this provider cannot carry.');

/** Carries no message that says "rich". */
class PlainProvider extends IdleProvider {
  override unsupported = ({ text }: TestMessage) => (text === 'rich' ? tooRich : undefined);
}

class RichProvider extends IdleProvider {
  override readonly name = 'resend';
}

function aRoutingService(
  options: {
    failures?: number;
    rate?: number;
    maxWaitMs?: number;
    providers?: Provider<TestMessage>[];
    boundTo?: () => string;
  } = {},
) {
  const stopping = new AbortController().signal;
  const settings = z
    .object(healthSettings)
    .parse({ BREAKER_CONSECUTIVE_FAILURES: options.failures ?? 2, BREAKER_MIN_CALLS: 1_000 });
  const reservations = { take: () => Promise.reject(new Error('no sender is slow here')) };
  const permits = new Permits({
    providerRates: new Map(options.rate === undefined ? [] : [['sendgrid', options.rate]]),
    tenantRatePerS: undefined,
    senderRates: new Map(),
    reservations: reservations as never,
    reservationMs: 1_000,
    burstMs: 20,
    maxWaitMs: options.maxWaitMs ?? 30_000,
    stopping,
  });
  const health = new ProviderHealth({
    providers: ['sendgrid'],
    limits: breakerLimitsOf(settings),
    calls: 100,
    stopping,
  });
  return new RoutingService<TestMessage>({
    providers: options.providers ?? [new IdleProvider()],
    health,
    permits,
    holdMs: 1_000,
    senderOf: () => undefined,
    ...(options.boundTo && { boundTo: options.boundTo }),
  });
}

const soon = () => systemClock.steady() + 10_000;

/** One call that ends with this result. */
async function oneCall(routing: RoutingService<TestMessage>, result: SendResult): Promise<void> {
  const route = await routing.acquire(aDelivery(), soon());
  if (!route.open) throw new Error('the way is closed');
  route.grant.giveBack(result);
}

describe('the way of a call', () => {
  it('leads nowhere but to the provider whose own template the message names', async () => {
    const open = await aRoutingService({ boundTo: () => 'sendgrid' }).acquire(aDelivery(), soon());
    const closed = await aRoutingService({ boundTo: () => 'resend' }).acquire(aDelivery(), soon());
    expect([open.open, closed]).toMatchObject([true, { open: false, outcome: { failure: { kind: 'unavailable' } } }]);
  });

  it('is open to a provider that works', async () => {
    expect(await aRoutingService().acquire(aDelivery(), soon())).toMatchObject({
      open: true,
      grant: { provider: { name: 'sendgrid' }, why: 'first' },
    });
  });

  it('is closed while the only provider’s circuit is open, and that counts as no attempt', async () => {
    const routing = aRoutingService({ failures: 2 });
    for (let call = 0; call < 2; call += 1) await oneCall(routing, { ...failing });
    const delivery = aDelivery();
    const route = await routing.acquire(delivery, soon());
    expect(route).toMatchObject({
      open: false,
      outcome: { kind: 'failed', failure: { kind: 'unavailable', code: 'MSG_CIRCUIT_OPEN' } },
    });
    if (route.open) throw new Error('the way is open');
    const { facts, deferred } = eventsFor(delivery, route.outcome);
    expect(facts).toMatchObject([{ status: 'retrying', final: false }]);
    expect(deferred!.attempts).toEqual([]);
  });

  it('hears the members of one coalesced call as one answer', async () => {
    const routing = aRoutingService({ failures: 2 });
    for (let member = 0; member < 50; member += 1) await oneCall(routing, failing);
    expect(await routing.acquire(aDelivery(), soon())).toMatchObject({ open: true });
  });

  it('is closed for as long as a throttling provider asked, and the message asks again then', async () => {
    const routing = aRoutingService();
    await oneCall(routing, throttled);
    const route = await routing.acquire(aDelivery(), soon());
    if (route.open || route.outcome.kind !== 'waiting') throw new Error('it should wait');
    expect(Date.parse(route.outcome.until) - Date.now()).toBeGreaterThan(50_000);
  });

  it('is closed once a call has taken the last of what the provider allows, until it allows more', async () => {
    const routing = aRoutingService();
    const holdUntil = Date.now() + 60_000;
    await oneCall(routing, { sent: true, providerMessageId: 'last', holdUntil });
    const route = await routing.acquire(aDelivery(), soon());
    expect(route).toMatchObject({
      open: false,
      outcome: { kind: 'waiting', until: new Date(holdUntil).toISOString() },
    });
  });

  it('is not awaited past the time in which a call may be written, which ends before the claim’s lease', async () => {
    const routing = aRoutingService({ rate: 1, maxWaitMs: 30_000 });
    await oneCall(routing, { sent: true, providerMessageId: 'first' });
    const asked = systemClock.steady();
    const route = await routing.acquire(aDelivery(), asked + 500);
    expect(route).toMatchObject({ open: false, outcome: { kind: 'waiting' } });
    expect(systemClock.steady() - asked).toBeLessThan(500);
    expect(await routing.acquire(aDelivery(), systemClock.steady() + 5_000)).toMatchObject({ open: true });
  });

  it('leads a message that would wait too long back to retry instead of holding it in memory', async () => {
    const routing = aRoutingService({ rate: 0.1, maxWaitMs: 100 });
    await oneCall(routing, { sent: true, providerMessageId: 'first' });
    const route = await routing.acquire(aDelivery(), soon());
    expect(route).toMatchObject({
      open: false,
      outcome: { kind: 'waiting', reason: expect.stringContaining('rate limit') },
    });
  });

  it('lets a message ask again before it expires', async () => {
    const routing = aRoutingService();
    await oneCall(routing, throttled);
    const expiresAt = new Date(Date.now() + 30_000);
    const route = await routing.acquire(aDelivery({ expiresAt }), soon());
    if (route.open || route.outcome.kind !== 'waiting') throw new Error('it should wait');
    expect(Date.parse(route.outcome.until)).toBeLessThan(expiresAt.getTime());
  });

  it('leads past a provider that cannot carry the message, and where none can it fails at once', async () => {
    const rich = aDelivery({ message: { text: 'rich' } });
    expect(
      await aRoutingService({ providers: [new PlainProvider(), new RichProvider()] }).acquire(rich, soon()),
    ).toMatchObject({
      open: true,
      grant: { provider: { name: 'resend' } },
    });
    expect(await aRoutingService({ providers: [new PlainProvider()] }).acquire(rich, soon())).toMatchObject({
      open: false,
      outcome: { kind: 'failed', attempt: 1, failure: tooRich },
    });
    expect(await aRoutingService({ providers: [new PlainProvider()] }).acquire(aDelivery(), soon())).toMatchObject({
      open: true,
    });
  });
});
