import { type Fact, fold, Lane, type SendDeferred } from '#libs/contracts';
import { aDeferred, aFailure } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isoOf, msOf } from '../instant.ts';
import { standardPolicy as policy } from '../policy/standard-policy.ts';
import type { Decision, Known } from './decision.ts';
import { planRetry } from './retry.policy.ts';

const noon = msOf('2030-01-31T12:00:00Z');
const dayAfter = isoOf(noon + 86_400_000);
const lost = aFailure({ kind: 'unknown', code: 'UND_ERR_HEADERS_TIMEOUT', meaning: 'No answer came in time.' });

/** The answer to the call of `doubtHop` is still lost at `hop`. */
function unconfirmedOf({
  hop = 1,
  unconfirmedHop = 1,
  ...more
}: Partial<SendDeferred> & { unconfirmedHop?: number } = {}): SendDeferred {
  return aDeferred({
    why: 'unknown',
    lane: 'urgent',
    hop,
    failure: lost,
    attempts: [{ attempt: 1, hop: unconfirmedHop, at: isoOf(noon), provider: 'sendgrid', failure: lost }],
    unconfirmedCall: { hop: unconfirmedHop, provider: 'sendgrid', callId: 'c-1', at: isoOf(noon) },
    unconfirmedSince: isoOf(noon),
    ...more,
  });
}

const decide = (deferred: SendDeferred, after = 0, known: Partial<Known> = {}): Decision =>
  planRetry(deferred, { accepted: false, cancelled: false, ...known }, policy, { now: noon + after, jitter: 0.5 });

/**
 * Looks until it is settled; the provider never knows. Gives the times of the looks, in ms after the call became
 * unconfirmed, and the end.
 */
function searchInVain(deferred: SendDeferred): { looks: number[]; end: Decision } {
  const looks: number[] = [];
  let decision = decide(deferred);
  for (let hop = deferred.hop + 1; decision.plan?.mode === 'reconcile' && looks.length < 1_000; hop += 1) {
    looks.push(msOf(decision.plan.dueAt) - noon);
    decision = decide({ ...deferred, hop }, looks.at(-1));
  }
  return { looks, end: decision };
}

describe('A message whose answer was lost', () => {
  it('is looked for at the provider before anything goes again', () => {
    const decision = decide(unconfirmedOf());
    expect(decision.plan).toMatchObject({ mode: 'reconcile', kind: 'unknown', dueAt: isoOf(noon + 5_000) });
    expect(decision.facts).toEqual([]);
  });

  it('is looked for at growing intervals, the last time at the end of its window', () => {
    expect(searchInVain(unconfirmedOf({ lane: 'transactional' })).looks).toEqual([
      5_000, 10_000, 20_000, 40_000, 80_000, 120_000,
    ]);
  });

  it('is looked for once even when its window is long over', () => {
    expect(decide(unconfirmedOf(), 3_600_000).plan).toMatchObject({
      mode: 'reconcile',
      dueAt: isoOf(noon + 3_600_000),
    });
  });

  it.each<Lane>(['urgent', 'transactional'])(
    'is sent again in the %s lane when it was not found, and says so',
    (lane) => {
      const { end, looks } = searchInVain(unconfirmedOf({ lane }));
      const at = isoOf(noon + looks.at(-1)!);
      expect(end.plan).toMatchObject({ mode: 'send', kind: 'unknown', dueAt: at });
      expect(end.facts).toMatchObject([
        { status: 'unconfirmed', final: true, hop: 1 },
        { status: 'retrying', final: false, hop: looks.length + 1, nextAt: at },
      ]);
      expect(end.burial).toBeUndefined();
    },
  );

  it('is not final while it is about to be sent again', () => {
    const facts = [
      { status: 'unconfirmed', final: false, hop: 1, source: 'email' } as Fact,
      ...searchInVain(unconfirmedOf()).end.facts.map((fact) => ({ ...fact, source: 'retry' as const })),
    ];
    expect(fold(facts)).toMatchObject({ status: 'retrying', final: false });
  });

  it.each<[Lane, number]>([
    ['urgent', 10_000],
    ['transactional', 120_000],
    ['bulk', 3_600_000],
  ])('is looked for a last time in the %s lane after %d ms', (lane, window) => {
    expect(searchInVain(unconfirmedOf({ lane, expiresAt: dayAfter })).looks.at(-1)).toBe(window);
  });

  const bulk = (call: object = {}, more: Partial<SendDeferred> = {}) =>
    searchInVain(
      unconfirmedOf({
        lane: 'bulk',
        expiresAt: dayAfter,
        unconfirmedCall: { hop: 1, provider: 'sendgrid', callId: 'c-1', at: isoOf(noon), ...call },
        ...more,
      }),
    ).end;

  it('is sent again in the bulk lane where its call carried no other message', () => {
    expect(bulk().plan).toMatchObject({ mode: 'send', kind: 'unknown' });
    expect(bulk({ shared: false }).plan?.mode).toBe('send');
  });

  it.each([
    ['carried other messages', { shared: true }],
    ['is not known: who made it died before it was reported', { provider: undefined }],
  ])('ends unconfirmed in the bulk lane where its call %s, with a dead letter for an operator', (_, call) => {
    const end = bulk(call);
    expect(end).toMatchObject({ outcome: 'dead-lettered', burial: { reason: 'unconfirmed', failure: lost } });
    expect(fold(end.facts.map((fact) => ({ ...fact, source: 'retry' as const })))).toMatchObject({
      status: 'unconfirmed',
      final: true,
    });
  });

  it('is sent again, shared call or not, where its request asks for that, and says so', () => {
    const request = { messageId: 'm-1', onUnknown: 'resend' };
    const end = bulk({ shared: true }, { request });
    expect(end.plan).toMatchObject({ mode: 'send', why: expect.stringContaining('as its request asks') });
    expect(bulk({ shared: true }, { request, expiresAt: isoOf(noon + 60_000) }).burial?.reason).toBe('unconfirmed');
  });

  it.each<Lane>(['urgent', 'transactional', 'bulk'])(
    'is left unconfirmed in the %s lane where its request asks for that',
    (lane) => {
      const request = { messageId: 'm-1', onUnknown: 'leave' };
      expect(searchInVain(unconfirmedOf({ lane, request, expiresAt: dayAfter })).end.burial?.reason).toBe(
        'unconfirmed',
      );
    },
  );

  it('ends unconfirmed rather than being sent again after it expired', () => {
    const { end } = searchInVain(unconfirmedOf({ expiresAt: isoOf(noon + 9_000) }));
    expect(end.burial?.reason).toBe('unconfirmed');
    expect(end.facts).toMatchObject([{ status: 'unconfirmed', final: true, hop: 1 }]);
  });

  it('ends unconfirmed rather than being sent again when upstream wants it no more', () => {
    expect(decide(unconfirmedOf({ hop: 4 }), 60_000, { cancelled: true }).burial?.reason).toBe('unconfirmed');
  });

  it('is not sent again without end when every answer is lost', () => {
    const attempts = Array.from({ length: 10 }, (_, index) => ({
      attempt: index + 1,
      hop: index + 1,
      at: isoOf(noon),
      failure: lost,
    }));
    const endless = { hop: 11, unconfirmedHop: 10, attempts };
    expect(decide(unconfirmedOf(endless), 60_000).burial?.reason).toBe('unconfirmed');
    // A hand-over keeps some of its attempts, and their number.
    const kept = { ...endless, attempts: attempts.slice(0, 2) };
    expect(decide(unconfirmedOf(kept), 60_000).plan?.mode).toBe('send');
    expect(decide(unconfirmedOf({ ...kept, attemptCount: 10 }), 60_000).burial?.reason).toBe('unconfirmed');
  });

  it('is left alone once a receipt proves that the provider has it', () => {
    expect(decide(unconfirmedOf({ hop: 5 }), 3_600_000, { accepted: true })).toMatchObject({
      outcome: 'accepted',
      facts: [],
    });
  });

  it('comes to an end even when nothing is known of the call', () => {
    expect(searchInVain(unconfirmedOf({ unconfirmedCall: undefined, attempts: [] })).end.facts[0]).toMatchObject({
      status: 'unconfirmed',
      final: true,
    });
  });

  it('is looked for a limited number of times, in order, and never after its window', () => {
    const fromLane = fc.constantFrom(...Lane.options);
    fc.assert(
      fc.property(
        fromLane,
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: -10_000_000, max: 100_000_000 }),
        (lane, unconfirmedHop, expiresIn) => {
          const { looks } = searchInVain(
            unconfirmedOf({ lane, hop: unconfirmedHop, unconfirmedHop, expiresAt: isoOf(noon + expiresIn) }),
          );
          const { windowMs: window, firstLookMs } = policy[lane].unknown;
          expect(looks.length).toBeLessThanOrEqual(Math.ceil(Math.log2(window / firstLookMs)) + 1);
          expect(looks).toEqual([...looks].sort((a, b) => a - b));
          expect(looks.at(-1)).toBe(window);
        },
      ),
    );
  });
});
