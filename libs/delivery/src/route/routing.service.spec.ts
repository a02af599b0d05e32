import { type LookupResult, ownFailure, Provider, type ProviderCheck, type SendResult } from '#libs/providers';
import { readRouteKey } from '#libs/contracts';
import { eventsFor } from '../publish/events.policy.ts';
import { systemClock } from '../clock.ts';
import { RoutingService } from './routing.service.ts';
import { breakerLimitsOf, healthSettings } from './health/health.config.ts';
import { ProviderHealth } from './health/provider-health.ts';
import { HeldProviders } from './holds/held-providers.ts';
import { holdLimitsOf, holdSettings } from './holds/holds.config.ts';
import { Permits } from './permits/permits.service.ts';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { aDelivery, type TestMessage } from '../../test/builders/a-delivery.ts';
import { HoldsInMemory } from '../../test/builders/holds-in-memory.ts';

class IdleProvider extends Provider<TestMessage> {
  readonly name: string = 'sendgrid';
  send = (): Promise<SendResult> => Promise.resolve({ sent: true, providerMessageId: 'x' });
  lookup = (): Promise<LookupResult> => Promise.resolve({ found: 'unsupported' });
  check = (): Promise<ProviderCheck> => Promise.resolve({ state: 'ok' });
}

const fine: SendResult = { sent: true, providerMessageId: 'x' };
const failing: SendResult = {
  sent: false,
  failure: ownFailure('http_500', 'unknown', 'backoff', 'It has a fault.', { httpStatus: 500 }),
};
const throttled = (retryAfterMs = 60_000): SendResult => ({
  sent: false,
  failure: ownFailure('http_429', 'throttled', 'backoff', 'Too many.', { httpStatus: 429, retryAfterMs, holds: 'all' }),
});

const tooRich = ownFailure('MSG_TOO_RICH', 'bad-content', 'never', 'It holds what this provider cannot carry.');

/** Carries no message that says "rich". */
class PlainProvider extends IdleProvider {
  override unsupported = ({ text }: TestMessage) => (text === 'rich' ? tooRich : undefined);
}

class RichProvider extends IdleProvider {
  override readonly name = 'resend';
}

interface Given {
  failures?: number;
  rates?: Record<string, number>;
  waitMs?: number;
  calls?: number;
  providers?: Provider<TestMessage>[];
  boundTo?: () => string;
  /** What is known of the sender at each provider. */
  verified?: Partial<Record<string, boolean>>;
  /** The order of the transactional lane. */
  order?: string[];
  /** Of each text: the name of its sender. */
  senders?: boolean;
}

function aRoutingService(given: Given = {}) {
  const stopping = new AbortController().signal;
  const settings = z
    .object(healthSettings)
    .parse({ BREAKER_CONSECUTIVE_FAILURES: given.failures ?? 2, BREAKER_MIN_CALLS: 1_000 });
  const reservations = { take: () => Promise.reject(new Error('no sender is slow here')) };
  const accounts = new Map([
    ['sendgrid', 'a1'],
    ['resend', 'b2'],
  ]);
  const waitMs = given.waitMs ?? 2_000;
  return new RoutingService<TestMessage>({
    providers: given.providers ?? [new IdleProvider()],
    accounts,
    health: new ProviderHealth({
      providers: ['sendgrid', 'resend'],
      limits: breakerLimitsOf(settings),
      calls: given.calls ?? 100,
      stopping,
    }),
    holds: new HeldProviders({
      accounts,
      holds: new HoldsInMemory(),
      limits: holdLimitsOf(z.object(holdSettings).parse({})),
      clock: systemClock,
    }),
    permits: new Permits({
      providerRates: new Map(Object.entries(given.rates ?? {})),
      tenantRatePerS: undefined,
      senderRates: new Map(),
      reservations: reservations as never,
      reservationMs: 1_000,
      burstMs: 20,
      stopping,
    }),
    waitMs: { urgent: waitMs, transactional: waitMs, bulk: waitMs },
    orderOf: (lane) => (lane === 'transactional' ? given.order : undefined),
    senderOf: ({ text }) => (given.senders ? text : given.verified && 'news@shop.example'),
    withSender: (message, sender) => ({ ...message, text: sender }),
    ...(given.verified && { isVerified: (provider: string) => given.verified![provider] }),
    ...(given.boundTo && { boundTo: given.boundTo }),
  });
}

const both = () => [new IdleProvider(), new RichProvider()];
const soon = () => systemClock.steady() + 10_000;

async function grantOf(routing: RoutingService<TestMessage>, delivery = aDelivery()) {
  const route = await routing.acquire(delivery, soon());
  if (!route.open) throw new Error('no provider takes it');
  return route.grant;
}

async function outcomeOf(routing: RoutingService<TestMessage>, delivery = aDelivery()) {
  const route = await routing.acquire(delivery, soon());
  if (route.open) throw new Error('a provider takes it');
  return route.outcome;
}

/** One call that ends with this result. */
async function oneCall(routing: RoutingService<TestMessage>, result: SendResult): Promise<void> {
  const { giveBack } = await grantOf(routing);
  giveBack(result);
}

describe('the route of a call', () => {
  it('leads nowhere but to the provider whose own template the message names', async () => {
    const open = await aRoutingService({ boundTo: () => 'sendgrid' }).acquire(aDelivery(), soon());
    const closed = await aRoutingService({ boundTo: () => 'resend' }).acquire(aDelivery(), soon());
    expect([open.open, closed]).toMatchObject([
      true,
      { open: false, outcome: { failure: { code: 'MSG_TEMPLATE_NOT_FOUND', retry: 'operator' } } },
    ]);
  });

  it('is open to a provider that works, and the first one needs no explanation', async () => {
    expect(await grantOf(aRoutingService({ providers: both() }))).toMatchObject({
      provider: { name: 'sendgrid' },
      why: 'first',
      considered: undefined,
    });
  });

  it('leads at once to the next provider while the first one is held, and says why', async () => {
    const routing = aRoutingService({ providers: both() });
    await oneCall(routing, throttled());
    const { provider, considered } = await grantOf(routing);
    expect([provider.name, considered]).toMatchObject([
      'resend',
      [
        { provider: 'sendgrid', taken: false, why: 'held after http_429: Too many.', until: expect.any(String) },
        { provider: 'resend', taken: true },
      ],
    ]);
  });

  it('leads at once to the next provider while the first one’s circuit is open', async () => {
    const routing = aRoutingService({ failures: 2, providers: both() });
    for (let call = 0; call < 2; call += 1) await oneCall(routing, { ...failing });
    expect(await grantOf(routing)).toMatchObject({ provider: { name: 'resend' } });
  });

  it('leads to the next provider where the first one’s turn comes later', async () => {
    const routing = aRoutingService({ providers: both(), rates: { sendgrid: 0.1 } });
    await oneCall(routing, fine);
    const asked = systemClock.steady();
    expect(await grantOf(routing)).toMatchObject({ provider: { name: 'resend' } });
    expect(systemClock.steady() - asked).toBeLessThan(1_000);
  });

  it('is none while every provider is held or failing: the message is parked, and that is no attempt', async () => {
    const routing = aRoutingService({ failures: 1, providers: both() });
    await oneCall(routing, throttled());
    await oneCall(routing, { ...failing });
    const delivery = aDelivery();
    const outcome = await outcomeOf(routing, delivery);
    expect(outcome).toMatchObject({ kind: 'parked', failure: { code: 'MSG_NO_ROUTE', kind: 'unavailable' } });
    const { facts, deferred } = eventsFor(delivery, outcome);
    expect(facts).toMatchObject([{ status: 'scheduled', final: false, route: [{ taken: false }, { taken: false }] }]);
    expect(deferred).toMatchObject({ why: 'waiting', attempts: [], attemptCount: 0, rests: 1 });
    expect(
      readRouteKey(deferred!.waitsFor!)
        ?.candidates.flat()
        .map(({ provider }) => provider),
    ).toEqual(['resend', 'sendgrid']);
  });

  it('has an appointment where a limit of our own is what it waits for', async () => {
    const routing = aRoutingService({ rates: { sendgrid: 0.1 }, waitMs: 100 });
    await oneCall(routing, fine);
    const outcome = await outcomeOf(routing);
    if (outcome.kind !== 'waiting') throw new Error('it should wait');
    expect(outcome.reason).toContain('rate limit');
    expect(Date.parse(outcome.until) - Date.now()).toBeGreaterThan(5_000);
  });

  it('lets a message ask again before it expires', async () => {
    const routing = aRoutingService({ rates: { sendgrid: 0.001 }, waitMs: 100 });
    await oneCall(routing, fine);
    const expiresAt = new Date(Date.now() + 30_000);
    const outcome = await outcomeOf(routing, aDelivery({ expiresAt }));
    if (outcome.kind !== 'waiting') throw new Error('it should wait');
    expect(Date.parse(outcome.until)).toBeLessThan(expiresAt.getTime());
  });

  it('is probed by one call once a hold is over, and others wait for what it finds', async () => {
    const routing = aRoutingService();
    await oneCall(routing, throttled(200));
    const probe = await grantOf(routing);
    const waiting = grantOf(routing);
    probe.giveBack(fine);
    expect(await waiting).toMatchObject({ provider: { name: 'sendgrid' } });
  });

  it('hears the members of one coalesced call as one answer', async () => {
    const routing = aRoutingService({ failures: 2 });
    for (let member = 0; member < 50; member += 1) await oneCall(routing, failing);
    expect(await routing.acquire(aDelivery(), soon())).toMatchObject({ open: true });
  });

  it('waits once a call has taken the last of what the provider allows, until it allows more', async () => {
    const routing = aRoutingService({ waitMs: 100 });
    const holdUntil = Date.now() + 60_000;
    await oneCall(routing, { sent: true, providerMessageId: 'last', holdUntil });
    const outcome = await outcomeOf(routing);
    if (outcome.kind !== 'waiting') throw new Error('it should wait');
    expect(Math.abs(Date.parse(outcome.until) - holdUntil)).toBeLessThan(50);
  });

  it('is not awaited past the time in which a call may be written, which ends before the claim’s lease', async () => {
    const routing = aRoutingService({ rates: { sendgrid: 1 }, waitMs: 30_000 });
    await oneCall(routing, fine);
    const asked = systemClock.steady();
    const route = await routing.acquire(aDelivery(), asked + 500);
    expect(route).toMatchObject({ open: false, outcome: { kind: 'waiting' } });
    expect(systemClock.steady() - asked).toBeLessThan(500);
    expect(await routing.acquire(aDelivery(), systemClock.steady() + 5_000)).toMatchObject({ open: true });
  });

  it('gives back a permit for which no place came free in time', async () => {
    const routing = aRoutingService({ rates: { sendgrid: 20 }, calls: 1, waitMs: 100 });
    const first = await grantOf(routing);
    await systemClock.wait(60);
    expect(await outcomeOf(routing)).toMatchObject({ kind: 'waiting', reason: expect.stringContaining('too many') });
    first.giveBack(fine);
    const asked = systemClock.steady();
    await grantOf(routing);
    expect(systemClock.steady() - asked).toBeLessThan(40);
  });

  it('leads past a provider that cannot carry the message, and where none can it fails at once', async () => {
    const rich = aDelivery({ message: { text: 'rich' } });
    const plain = new PlainProvider();
    expect(await grantOf(aRoutingService({ providers: [plain, new RichProvider()] }), rich)).toMatchObject({
      provider: { name: 'resend' },
    });
    expect(await outcomeOf(aRoutingService({ providers: [plain] }), rich)).toMatchObject({
      kind: 'failed',
      attempt: 1,
      failure: tooRich,
    });
    expect(await grantOf(aRoutingService({ providers: [plain] }))).toMatchObject({ provider: { name: 'sendgrid' } });
  });

  it('knows whether another provider can take what one has refused', async () => {
    const routing = aRoutingService({ providers: both() });
    expect(routing.isOpenElsewhere(aDelivery(), 'sendgrid')).toBe(true);
    const { giveBack } = await grantOf(routing, aDelivery({ request: { provider: 'resend' } }));
    giveBack(throttled());
    expect(routing.isOpenElsewhere(aDelivery(), 'sendgrid')).toBe(false);
    expect(aRoutingService().isOpenElsewhere(aDelivery(), 'sendgrid')).toBe(false);
  });
});

describe('a lane with an order of its own', () => {
  it('asks its providers in that order, and other lanes in theirs', async () => {
    const routing = aRoutingService({ providers: both(), order: ['resend', 'sendgrid'] });
    const takenBy = async (lane: 'transactional' | 'urgent') =>
      (await grantOf(routing, aDelivery({ lane }))).provider.name;
    expect([await takenBy('transactional'), await takenBy('urgent')]).toEqual(['resend', 'sendgrid']);
  });
});

describe('a provider that has not verified the sender', () => {
  it('is no candidate while another one has, or may have, and the timeline says what it lacks', async () => {
    for (const verified of [{ sendgrid: false, resend: true }, { sendgrid: false }]) {
      const { provider, considered } = await grantOf(aRoutingService({ providers: both(), verified }));
      expect(provider.name).toBe('resend');
      expect(considered).toEqual([
        { provider: 'sendgrid', taken: false, why: 'its account has not verified the domain of the sender' },
        { provider: 'resend', taken: true, why: 'first' },
      ]);
    }
  });

  it('does not take over what the other one refuses', async () => {
    const routing = aRoutingService({ providers: both(), verified: { sendgrid: true, resend: false } });
    expect(routing.isOpenElsewhere(aDelivery(), 'sendgrid')).toBe(false);
    (await grantOf(routing)).giveBack(throttled());
    const outcome = await outcomeOf(routing);
    expect(outcome).toMatchObject({ kind: 'parked' });
    expect(readRouteKey((outcome as { waitsFor: string }).waitsFor)!.candidates).toHaveLength(1);
    expect((outcome as { reason: string }).reason).toContain('resend: its account has not verified');
  });

  it('is asked all the same where no provider has: its own answer decides', async () => {
    const grant = await grantOf(aRoutingService({ providers: both(), verified: { sendgrid: false, resend: false } }));
    expect([grant.provider.name, grant.considered]).toEqual(['sendgrid', undefined]);
  });

  it('is shown in a dry run, and so is what is not known', () => {
    const { route, taken } = aRoutingService({ providers: both(), verified: { resend: false } }).consider(aDelivery());
    expect(taken).toBe('sendgrid');
    expect(route).toEqual([
      { provider: 'resend', taken: false, why: 'its account has not verified the domain of the sender' },
      {
        provider: 'sendgrid',
        taken: true,
        why: 'first; whether its account has verified the sender is not known',
      },
    ]);
  });
});

describe('a provider that cannot carry the message', () => {
  it('is passed over, and the timeline says for what', async () => {
    const routing = aRoutingService({ providers: [new PlainProvider(), new RichProvider()] });
    const { provider, considered } = await grantOf(routing, aDelivery({ message: { text: 'rich' } }));
    expect(provider.name).toBe('resend');
    expect(considered).toEqual([
      {
        provider: 'sendgrid',
        taken: false,
        why: 'it cannot carry the message: It holds what this provider cannot carry.',
      },
      { provider: 'resend', taken: true, why: 'first' },
    ]);
  });

  it('is not worth a word where the first one takes it', async () => {
    const routing = aRoutingService({ providers: [new RichProvider(), new PlainProvider()] });
    const { considered } = await grantOf(routing, aDelivery({ message: { text: 'rich' } }));
    expect(considered).toBeUndefined();
  });
});

describe('a message that may go from several senders', () => {
  const failure = ownFailure('21606', 'account', 'operator', 'It cannot send there.', {
    httpStatus: 400,
    bySender: true,
  });
  const sender = { hash: 'h1', shown: 'A', passedOver: [], untried: ['B'] };
  const delivery = aDelivery({ message: { text: 'A' }, sender });
  const held: SendResult = { sent: false, failure: { ...failure, holds: 'sender' } };

  it('goes at once from another one after a failure that lies with its sender, and after no other', () => {
    const routing = aRoutingService({ senders: true });
    expect(routing.isOpenElsewhere(delivery, 'sendgrid', failure)).toBe(true);
    expect(routing.isOpenElsewhere(delivery, 'sendgrid', { ...failure, bySender: undefined })).toBe(false);
    const last = { ...delivery, sender: { ...sender, untried: [] } };
    expect(routing.isOpenElsewhere(last, 'sendgrid', failure)).toBe(false);
  });

  it('waits for any of its senders where all are held', async () => {
    const routing = aRoutingService({ senders: true });
    (await grantOf(routing, aDelivery({ message: { text: 'B' } }))).giveBack(held);
    expect(routing.isOpenElsewhere(delivery, 'sendgrid', failure)).toBe(false);
    expect(routing.troubleOf({ text: 'B' })).toMatchObject({ provider: 'sendgrid', taken: false });
    expect(routing.troubleOf({ text: 'A' })).toBeUndefined();
    const { candidates } = readRouteKey(routing.keyOf(delivery))!;
    expect(candidates.map((scopes) => scopes.map(({ scope }) => scope))).toEqual([
      ['all', 'sender:A'],
      ['all', 'sender:B'],
    ]);
  });

  it('says from which sender it went, and why not from the one before', async () => {
    const passedOver = [{ provider: 'sendgrid', sender: 'A', taken: false, why: 'held after 21611: Too many.' }];
    const chosen = { hash: 'h2', shown: 'B', passedOver, untried: ['A'] };
    const { considered } = await grantOf(
      aRoutingService({ senders: true }),
      aDelivery({ message: { text: 'B' }, sender: chosen }),
    );
    expect(considered).toEqual([...passedOver, { provider: 'sendgrid', sender: 'B', taken: true, why: 'first' }]);
  });
});
