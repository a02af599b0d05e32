import { Lane, type SendDeferred } from '#libs/contracts';
import { aDeferred, aFailure } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isoOf, msOf } from '../instant.ts';
import { standardPolicy as policy } from '../policy/standard-policy.ts';
import type { Decision, Known } from './decision.ts';
import { planRetry } from './retry.policy.ts';

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

  it('becomes a dead letter at once when trying again cannot help; its channel has reported the final status', () => {
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

  it('becomes a dead letter where its channel found that it has expired, and has reported so', () => {
    const failure = aFailure({ kind: 'transient', code: 'MSG_EXPIRED', retry: 'never' });
    expect(decide(aDeferred({ failure, expiresAt: isoOf(noon - 1) }))).toMatchObject({
      outcome: 'dead-lettered',
      facts: [],
      burial: { reason: 'expired', failure },
    });
  });

  it('is given up by its deadline since it was asked for, or since an operator sent it on its way again', () => {
    const { transactional } = policy;
    const deadlineMs = 3_600_000;
    const kinds = { ...transactional.kinds, transient: { ...transactional.kinds.transient, deadlineMs } };
    const limited = { ...policy, transactional: { ...transactional, kinds } };
    const outcome = (more: Partial<SendDeferred>) => {
      const deferred = aDeferred({ requestedAt: isoOf(noon - 86_400_000), expiresAt: isoOf(tomorrow), ...more });
      return planRetry(deferred, nothingKnown, limited, { now: noon, jitter: 0.5 }).burial?.reason;
    };
    expect(outcome({})).toBe('exhausted');
    expect(outcome({ redrivenAt: isoOf(noon - deadlineMs + 1) })).toBeUndefined();
    expect(outcome({ redrivenAt: isoOf(noon - deadlineMs) })).toBe('exhausted');
  });

  it.each([30_000, 301_000, 3_600_000, 86_400_000])(
    'comes back within five minutes, however long the provider asked for (%d ms): by then it may take messages again',
    (retryAfterMs) => {
      const failure = aFailure({ kind: 'throttled', code: '429', retryAfterMs });
      expect(decide(aDeferred({ failure })).plan?.dueAt).toBe(isoOf(noon + Math.min(retryAfterMs, 300_000)));
    },
  );

  it('waits as long as a limit of our own says: no provider can lift it', () => {
    const failure = aFailure({
      kind: 'throttled',
      code: 'MSG_PREFIX_BUDGET',
      provider: undefined,
      retryAfterMs: 2_000_000,
    });
    expect(decide(aDeferred({ failure })).plan?.dueAt).toBe(isoOf(noon + 2_000_000));
  });

  it('is tried a last time a second before it expires where the next attempt would come too late', () => {
    const failure = aFailure({ retryAfterMs: 60_000 });
    const dueWith = (expiresIn: number) =>
      msOf(decide(aDeferred({ failure, expiresAt: isoOf(noon + expiresIn) })).plan!.dueAt) - noon;
    expect([61_001, 60_000, 2_000, 1_001, 1_000, 1].map(dueWith)).toEqual([60_000, 59_000, 1_000, 1, 1_000, 1]);
  });

  it.each([0, -1, -86_400_000])(
    'expires once it is no longer wanted (%d ms), and reports the last failure',
    (expiresIn) => {
      const failure = aFailure({ retryAfterMs: 60_000 });
      expect(decide(aDeferred({ failure, expiresAt: isoOf(noon + expiresIn) }))).toMatchObject({
        outcome: 'dead-lettered',
        burial: { reason: 'expired', failure },
        facts: [{ status: 'expired', final: true, failure }],
      });
    },
  );

  it.each(['transient', 'throttled', 'account'] as const)(
    'goes at once where another provider can take it (%s), and says so',
    (kind) => {
      const failure = aFailure({ kind, retryAfterMs: 3_600_000, ...(kind === 'account' && { retry: 'operator' }) });
      const decision = decide(aDeferred({ failure, elsewhere: true, rests: 9, waitsFor: 'route:["email",["a","b"]]' }));
      expect(decision.plan).toMatchObject({ mode: 'send', dueAt: isoOf(noon) });
      expect(decision.plan).not.toHaveProperty('waitsFor');
      expect(decision.facts).toMatchObject([
        { status: 'retrying', reason: expect.stringContaining('Another provider') },
      ]);
    },
  );

  it('counts the attempts that were made, not those that a long hand-over still tells of', () => {
    expect(decide(aDeferred({ attempts: attempts(9), attemptCount: 10 })).burial?.reason).toBe('exhausted');
    expect(decide(aDeferred({ attempts: attempts(20), attemptCount: 3 })).outcome).toBe('planned');
  });

  it('waits for an operator on a slower schedule, until it expires and not until attempts run out', () => {
    const failure = aFailure({ kind: 'account', code: '401', retry: 'operator' });
    expect(decide(aDeferred({ failure })).plan?.dueAt).toBe(isoOf(noon + 15_000));
    expect(decide(aDeferred({ failure, attempts: attempts(50, failure) })).plan?.dueAt).toBe(isoOf(noon + 450_000));
    expect(decide(aDeferred({ failure, expiresAt: isoOf(noon + 10_000) })).plan?.dueAt).toBe(isoOf(noon + 9_000));
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

  it('is tried a last time before it expires where its time lies after that, and expires only then', () => {
    const late = waiting({ until: isoOf(tomorrow + 5_000) });
    expect(decide(late).plan?.dueAt).toBe(isoOf(tomorrow - 1_000));
    expect(decide({ ...late, expiresAt: isoOf(noon) })).toMatchObject({
      burial: { reason: 'expired', failure: { code: 'MSG_EXPIRED_WAITING' } },
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

describe('A message that no provider can take', () => {
  const waitsFor = 'route:["email",["resend","r"],["sendgrid","s"]]';
  const held = (more: Partial<SendDeferred> = {}) =>
    aDeferred({ why: 'waiting', waitsFor, failure: undefined, attempts: [], rests: 1, ...more });
  const restOf = (deferred: SendDeferred) => msOf(decide(deferred).plan!.notBefore!) - noon;

  it('is parked until one of them can, and goes after a quarter of an hour in any case', () => {
    expect(decide(held()).plan).toEqual({
      mode: 'send',
      kind: 'waiting',
      waitsFor,
      notBefore: isoOf(noon + 2_000),
      dueAt: isoOf(noon + 15 * 60_000),
      why: expect.any(String),
    });
  });

  it.each<[Lane, number[]]>([
    ['urgent', [2_000, 4_000, 5_000, 5_000, 5_000]],
    ['transactional', [2_000, 4_000, 8_000, 16_000, 30_000]],
    ['bulk', [2_000, 4_000, 8_000, 16_000, 32_000]],
  ])('rests longer each time in the %s lane, as long as that lane allows', (lane, rests) => {
    const expiresAt = isoOf(noon + 6 * 3_600_000);
    expect(rests.map((_, index) => restOf(held({ lane, expiresAt, rests: index + 1 })))).toEqual(rests);
    expect(restOf(held({ lane, expiresAt, rests: 60 }))).toBe(
      { urgent: 5_000, transactional: 30_000, bulk: 300_000 }[lane],
    );
  });

  it('rests a 5,000th part of a long life, counted from when it is wanted', () => {
    const expiresAt = isoOf(noon + 14 * 86_400_000);
    expect(restOf(held({ lane: 'urgent', rests: 60, expiresAt }))).toBe((14 * 86_400_000) / 5_000);
    const request = { messageId: 'm-1', sendAt: isoOf(noon + 13 * 86_400_000) };
    expect(restOf(held({ lane: 'urgent', rests: 60, expiresAt, request }))).toBe(86_400_000 / 5_000);
  });

  it('goes a second before it expires, rest or not', () => {
    const { plan } = decide(held({ lane: 'bulk', rests: 9, expiresAt: isoOf(noon + 10_000) }));
    expect(plan).toMatchObject({ notBefore: isoOf(noon + 9_000), dueAt: isoOf(noon + 9_000) });
  });

  it('goes on being looked for, where its lost answer is looked for, whenever it expires', () => {
    const unconfirmedCall = { hop: 1, provider: 'resend', callId: 'c-1', at: isoOf(noon) };
    expect(decide(held({ unconfirmedCall, expiresAt: isoOf(noon - 1) }), { cancelled: true }).plan).toMatchObject({
      mode: 'reconcile',
      waitsFor,
      dueAt: isoOf(noon + 15 * 60_000),
    });
  });

  it.each(['throttled', 'unavailable', 'account'] as const)(
    'is parked in the same way after a refusal (%s), and promises no time',
    (kind) => {
      const failure = aFailure({ kind, retryAfterMs: 3_600_000, ...(kind === 'account' && { retry: 'operator' }) });
      const decision = decide(aDeferred({ failure, waitsFor, rests: 3 }));
      expect(decision.plan).toMatchObject({ kind: 'failed', waitsFor, notBefore: isoOf(noon + 8_000) });
      expect(decision.facts).toMatchObject([{ status: 'retrying', failure }]);
      expect(decision.facts[0]).not.toHaveProperty('nextAt');
    },
  );

  it.each(['throttled', 'unavailable', 'account'] as const)(
    'rests after a refusal (%s) without another way, and a failure of its own does not',
    (kind) => {
      const failure = aFailure({ kind, retryAfterMs: 1 });
      const waitOf = (more: object) => msOf(decide(aDeferred({ rests: 4, failure, ...more })).plan!.dueAt) - noon;
      expect(waitOf({})).toBe(16_000);
      expect(waitOf({ failure: aFailure({ retryAfterMs: 1 }) })).toBe(1);
    },
  );

  it('takes less than 32,000 hops even if it is refused again and again for the longest life there is', () => {
    for (const lane of Lane.options) {
      const expiresAt = isoOf(noon + 44 * 86_400_000);
      let [now, hops] = [noon, 1];
      for (; now < msOf(expiresAt); hops += 1) {
        const given = planRetry(held({ lane, hop: hops, rests: hops, expiresAt }), nothingKnown, policy, {
          now,
          jitter: 0,
        });
        if (!given.plan) break;
        now = msOf(given.plan.notBefore!);
      }
      expect(hops).toBeLessThan(32_000);
    }
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

  it('is planned after now and at the latest as it expires, or ends; never both, and always the same', () => {
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
        expect(wait).toBeLessThanOrEqual(expiresIn);
        const { account, transient } = policy[lane].kinds;
        const cap = retry === 'operator' || kind === 'account' ? account.capMs : transient.capMs;
        expect(wait).toBeLessThanOrEqual(retryAfterMs === undefined ? cap : Math.max(1, retryAfterMs));
      }),
    );
  });
});
