import { aStatus } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { beyondLimits, idealSeconds, type OutageEvidence, outageFigures, waitsOf } from './outage.policy.ts';

const from = Date.parse('2030-01-31T12:00:00Z');
const to = from + 15_000;

const evidence = (more: Partial<OutageEvidence> = {}): OutageEvidence => ({
  from,
  to,
  published: 100,
  ratePerS: 500,
  facts: [],
  accepted: Array.from({ length: 100 }, (_, index) => ({ messageId: `m-${index}`, at: to + index * 90 })),
  ...more,
});
const factAt = (at: number, more: Parameters<typeof aStatus>[0] = {}) => ({
  fact: aStatus({ status: 'retrying', at: new Date(at).toISOString(), ...more }),
  recordedAt: at,
});

describe('The figures of an outage', () => {
  it('take as ideal what the ramp and the rate allow: ten a second, doubled every five seconds', () => {
    expect(idealSeconds(50, 500)).toBe(5);
    expect(idealSeconds(150, 500)).toBe(10);
    expect(idealSeconds(350, 20)).toBe(5 + 15);
    expect(idealSeconds(0, 500)).toBe(0);
  });

  it('count calls while the provider was away, and neither those after it nor what was parked without one', () => {
    const facts = [
      factAt(from + 1),
      factAt(to),
      factAt(from + 2, { status: 'scheduled', provider: undefined }),
      factAt(from + 3, { source: 'retry' }),
    ];
    expect(outageFigures(evidence({ facts }))).toMatchObject({ attemptsWhileAway: 1, attemptShare: 0.01 });
  });

  it('are within the limits where everything went as the ramp says', () => {
    expect(beyondLimits(outageFigures(evidence()))).toEqual([]);
  });

  it.each([
    ['too many attempts', { facts: [1, 2, 3].map((ms) => factAt(from + ms)) }, 'attempts'],
    ['a message with too many hops', { facts: [factAt(to + 1, { hop: 50 })] }, '50 hops'],
    ['a slow drain', { accepted: [{ messageId: 'm-1', at: to + 15_000 }] }, 'drained in 15 s'],
    [
      'a herd of what was parked',
      {
        accepted: Array.from({ length: 100 }, () => ({ messageId: 'm-1', at: to + 500 })),
        facts: [factAt(from, { messageId: 'm-1', status: 'scheduled', provider: undefined })],
      },
      'a herd',
    ],
  ] as const)('name %s', (_, more, words) => {
    const beyond = beyondLimits(outageFigures(evidence(more as Partial<OutageEvidence>)));
    expect(beyond).toHaveLength(1);
    expect(beyond[0]).toContain(words);
  });

  it('take for no herd what comes new after the end, which goes by the rate alone', () => {
    const accepted = Array.from({ length: 100 }, () => ({ messageId: 'm-new', at: to + 500 }));
    expect(beyondLimits(outageFigures(evidence({ accepted })))).toEqual([]);
  });

  it('say how long messages took that had another provider', () => {
    expect(waitsOf(Array.from({ length: 100 }, (_, index) => index + 1))).toEqual({ p50: 51, p99: 100, longest: 100 });
    expect(waitsOf([])).toEqual({ p50: 0, p99: 0, longest: 0 });
  });
});
