import { Lane, type SendDeferred } from '#libs/contracts';
import { aDeferred, aFailure } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isoOf, msOf } from '../instant.ts';
import { policyOf, RetryConfig } from '../retry.config.ts';
import type { Decision, Known } from './decision.ts';
import { planRetry } from './retry.policy.ts';

const policy = policyOf(RetryConfig.parse({ DATABASE_URL: 'postgres://unused' }));
const noon = msOf('2030-01-31T12:00:00Z');
const tomorrow = noon + 86_400_000;
const nothingKnown: Known = { accepted: false, cancelled: false };

const decide = (deferred: SendDeferred, known: Partial<Known> = {}, jitter = 0.5): Decision =>
  planRetry(deferred, { ...nothingKnown, ...known }, policy, { now: noon, jitter });

const attempts = (count: number, failure = aFailure()) =>
  Array.from({ length: count }, (_, index) => ({ attempt: index + 1, hop: index + 1, at: isoOf(noon), failure }));

describe('A message whose attempt failed', () => {
  it('is tried again later, and says when', () => {
    const decision = decide(aDeferred({ hop: 3, attempts: attempts(2) }));
    expect(decision.plan).toMatchObject({ mode: 'send', kind: 'failed', dueAt: isoOf(noon + 1_000) });
    expect(decision.facts).toMatchObject([{ status: 'retrying', final: false, hop: 3, nextAt: isoOf(noon + 1_000) }]);
    expect(decision.burial).toBeUndefined();
  });

  it.each<[Lane, number]>([
    ['urgent', 250],
    ['transactional', 500],
    ['bulk', 2_500],
  ])('waits in the %s lane as that lane is used to', (lane, wait) => {
    expect(decide(aDeferred({ lane })).plan?.dueAt).toBe(isoOf(noon + wait));
  });

  it('waits as long as the provider asked before a throttled message goes again', () => {
    const failure = aFailure({ kind: 'throttled', code: '429', retryAfterMs: 30_000 });
    expect(decide(aDeferred({ failure })).plan?.dueAt).toBe(isoOf(noon + 30_000));
  });

  it('is handed to another provider as it would be to the same one: its channel chooses', () => {
    const failover = decide(aDeferred({ failure: aFailure({ retry: 'failover' }) }));
    expect(failover.plan?.dueAt).toBe(decide(aDeferred()).plan?.dueAt);
  });

  it('becomes a dead letter at once when trying again cannot help; its final status was reported by its channel', () => {
    const failure = aFailure({ kind: 'bad-recipient', code: '21211', retry: 'never' });
    expect(decide(aDeferred({ failure }))).toMatchObject({
      outcome: 'dead-lettered',
      facts: [],
      burial: { reason: 'failed', failure },
    });
  });

  it('is given up after the last attempt', () => {
    expect(decide(aDeferred({ attempts: attempts(9) })).outcome).toBe('planned');
    const decision = decide(aDeferred({ hop: 10, attempts: attempts(10) }));
    expect(decision).toMatchObject({ outcome: 'dead-lettered', burial: { reason: 'exhausted' } });
    expect(decision.plan).toBeUndefined();
    expect(decision.facts).toMatchObject([{ status: 'failed', final: true, hop: 10 }]);
  });

  it('expires when the next attempt would come too late, and reports the last failure', () => {
    const failure = aFailure({ retryAfterMs: 60_000 });
    expect(decide(aDeferred({ failure, expiresAt: isoOf(noon + 60_001) })).outcome).toBe('planned');
    expect(decide(aDeferred({ failure, expiresAt: isoOf(noon + 60_000) }))).toMatchObject({
      outcome: 'dead-lettered',
      burial: { reason: 'expired', failure },
      facts: [{ status: 'expired', final: true, failure }],
    });
  });

  it('waits for an operator on a slower schedule, until it expires and not until attempts run out', () => {
    const failure = aFailure({ kind: 'account', code: '401', retry: 'operator' });
    expect(decide(aDeferred({ failure })).plan?.dueAt).toBe(isoOf(noon + 15_000));
    expect(decide(aDeferred({ failure, attempts: attempts(50, failure) })).plan?.dueAt).toBe(isoOf(noon + 450_000));
    expect(decide(aDeferred({ failure, expiresAt: isoOf(noon + 10_000) })).burial?.reason).toBe('expired');
  });

  it('waits for an open circuit longer each time, although nothing was attempted', () => {
    const failure = aFailure({ kind: 'unavailable', code: 'MSG_CIRCUIT_OPEN', retry: 'failover' });
    const waits = [1, 4, 40].map((hop) => msOf(decide(aDeferred({ failure, hop, attempts: [] })).plan!.dueAt) - noon);
    expect(waits).toEqual([500, 4_000, 150_000]);
    expect(decide(aDeferred({ failure, attempts: attempts(10) })).outcome).toBe('planned');
  });

  it('is left alone once a provider is proven to have it', () => {
    expect(decide(aDeferred(), { accepted: true })).toMatchObject({ outcome: 'accepted', facts: [] });
  });

  it('is not tried again once upstream wants it no more', () => {
    expect(decide(aDeferred({ hop: 2 }), { cancelled: true })).toMatchObject({
      outcome: 'cancelled',
      facts: [{ status: 'cancelled', final: true, hop: 2 }],
    });
  });
});

describe('A message that waits', () => {
  const waiting = (more: Partial<SendDeferred> = {}) =>
    aDeferred({ why: 'waiting', until: isoOf(noon + 3_600_000), failure: undefined, attempts: [], ...more });

  it('goes at its time, and nothing is reported: its channel has said that it is scheduled', () => {
    const decision = decide(waiting());
    expect(decision.plan).toMatchObject({ mode: 'send', kind: 'waiting', dueAt: isoOf(noon + 3_600_000) });
    expect(decision.facts).toEqual([]);
  });

  it('goes at once when its time has passed meanwhile', () => {
    expect(msOf(decide(waiting({ until: isoOf(noon - 60_000) })).plan!.dueAt)).toBeLessThan(noon);
  });

  it('expires when its time lies after it is wanted', () => {
    expect(decide(waiting({ until: isoOf(tomorrow) }))).toMatchObject({
      burial: { reason: 'expired' },
      facts: [{ status: 'expired', final: true }],
    });
  });

  it('is cancelled although the cancellation came before it was known to wait', () => {
    expect(decide(waiting(), { cancelled: true }).outcome).toBe('cancelled');
  });

  it('is asked about, not sent, when what waits is the search for a lost answer', () => {
    const unconfirmedCall = { hop: 1, provider: 'sendgrid', callId: 'c-1', at: isoOf(noon) };
    expect(
      decide(waiting({ hop: 2, unconfirmedCall, until: isoOf(tomorrow) }), { cancelled: true }).plan,
    ).toMatchObject({
      mode: 'reconcile',
    });
  });
});

describe('Whatever fails', () => {
  const anything = fc.record({
    lane: fc.constantFrom(...Lane.options),
    retry: fc.constantFrom('never', 'backoff', 'failover', 'operator'),
    kind: fc.constantFrom('transient', 'throttled', 'unavailable', 'account', 'bad-content'),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 100_000_000 }), { nil: undefined }),
    tried: fc.integer({ min: 0, max: 30 }),
    hop: fc.integer({ min: 1, max: 5_000 }),
    expiresIn: fc.integer({ min: -1_000_000, max: 100_000_000 }),
    jitter: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });

  it('is planned after now and before it expires, or ends; never both, and always the same', () => {
    fc.assert(
      fc.property(anything, ({ lane, retry, kind, retryAfterMs, tried, hop, expiresIn, jitter }) => {
        const failure = aFailure({ kind, retry, retryAfterMs } as Parameters<typeof aFailure>[0]);
        const deferred = aDeferred({
          lane,
          hop,
          failure,
          attempts: attempts(tried),
          expiresAt: isoOf(noon + expiresIn),
        });
        const decision = decide(deferred, {}, jitter);
        expect(decide(deferred, {}, jitter)).toEqual(decision);
        expect(decision.plan === undefined).toBe(decision.burial !== undefined);
        if (!decision.plan) return;
        const wait = msOf(decision.plan.dueAt) - noon;
        expect(wait).toBeGreaterThanOrEqual(1);
        expect(wait).toBeLessThan(expiresIn);
        const cap = retry === 'operator' ? policy.operator.capMs : policy.backoff[lane].capMs;
        expect(wait).toBeLessThanOrEqual(retryAfterMs === undefined ? cap : Math.max(1, retryAfterMs));
      }),
    );
  });
});
