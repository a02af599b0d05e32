import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffDelay } from './backoff.policy.ts';

const schedule = { baseMs: 1_000, capMs: 300_000 };

describe('The wait after a failed attempt', () => {
  it('is drawn from a span that doubles with each attempt', () => {
    expect([1, 2, 3, 4].map((round) => backoffDelay(round, schedule, 0.5))).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it('is drawn from the whole span, so that messages that failed together spread out', () => {
    expect(backoffDelay(3, schedule, 0)).toBe(1);
    expect(backoffDelay(3, schedule, 0.25)).toBe(1_000);
    expect(backoffDelay(3, schedule, 0.999_999)).toBe(3_999);
  });

  it('lies between a millisecond and the cap after however many attempts', () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000 }),
        fc.integer({ min: 1, max: 1e9 }),
        fc.integer({ min: 1, max: 1e9 }),
        chance,
        (round, baseMs, capMs, jitter) => {
          const delay = backoffDelay(round, { baseMs, capMs }, jitter);
          expect(delay).toBeGreaterThanOrEqual(1);
          expect(delay).toBeLessThanOrEqual(capMs);
          expect(Number.isInteger(delay)).toBe(true);
        },
      ),
    );
  });
});
