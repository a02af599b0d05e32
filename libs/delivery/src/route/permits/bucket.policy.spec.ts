import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  availableAt,
  type Bucket,
  fullBucket,
  held,
  isFull,
  type Rate,
  rateOf,
  reRated,
  taken,
} from './bucket.policy.ts';

const at = (rate: Rate, now: number): Bucket => ({ ...fullBucket(rate, now), tokens: 0 });

/** Takes whenever it may at the given times; returns the times it did. */
function grants(rate: Rate, times: readonly number[]): number[] {
  let bucket = fullBucket(rate, 0);
  return times.filter((now) => {
    if (availableAt(bucket, rate, now) > now) return false;
    bucket = taken(bucket, rate, now);
    return true;
  });
}

const ascending = fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { maxLength: 200 }).map((steps) => {
  let now = 0;
  return steps.map((step) => (now += step));
});
const someRate = fc.record({
  perS: fc.double({ min: 0.05, max: 200, noNaN: true }),
  burstMs: fc.integer({ min: 1, max: 3_000 }),
  share: fc.constantFrom(1, 0.5, 1 / 3, 0.01),
});

describe('a token bucket', () => {
  it('never gives more than rate × time + burst, over any window', () => {
    fc.assert(
      fc.property(someRate, ascending, ({ perS, burstMs, share }, times) => {
        const rate = rateOf(perS, burstMs, share);
        const given = grants(rate, times);
        for (const [first, from] of given.entries()) {
          for (let last = first; last < given.length; last += 1) {
            expect(last - first + 1).toBeLessThanOrEqual(
              (rate.perS * (given[last]! - from)) / 1000 + rate.burst + 1e-3,
            );
          }
        }
      }),
    );
  });

  it('gives a token at the very time it names', () => {
    fc.assert(
      fc.property(someRate, ascending, ({ perS, burstMs }, times) => {
        const rate = rateOf(perS, burstMs, 1);
        let bucket = fullBucket(rate, 0);
        let now = 0;
        for (const time of times) {
          now = availableAt(bucket, rate, Math.max(now, time));
          expect(availableAt(bucket, rate, now)).toBe(now);
          bucket = taken(bucket, rate, now);
        }
      }),
    );
  });

  it('fills at the new rate from the moment the share changes, and keeps no more than the new burst', () => {
    const whole = rateOf(10, 1_000, 1);
    const half = rateOf(10, 1_000, 0.5);
    const shrunk = reRated(fullBucket(whole, 0), whole, half, 0);
    expect(shrunk.tokens).toBe(5);
    expect(availableAt(shrunk, half, 0, 6)).toBe(200);
    // Half a second at the whole rate, then the half one.
    const grown = reRated(at(whole, 0), whole, half, 300);
    expect(grown.tokens).toBeCloseTo(3);
    expect(availableAt(grown, half, 300, 4)).toBeCloseTo(500);
  });

  it('gives nothing to a replica without a share', () => {
    const none = rateOf(10, 1_000, 0);
    expect(availableAt(reRated(fullBucket(rateOf(10, 1_000, 1), 0), rateOf(10, 1_000, 1), none, 0), none, 1_000)).toBe(
      Infinity,
    );
  });

  it('is held until the provider’s time, even where it is unlimited; an earlier hold shortens no longer one', () => {
    const unlimited = rateOf(undefined, 1_000, 0.5);
    const bucket = held(held(fullBucket(unlimited, 0), 9_000), 2_000);
    expect(availableAt(bucket, unlimited, 1_000)).toBe(9_000);
    expect(availableAt(bucket, unlimited, 9_500, 1_000)).toBe(9_500);
    expect([isFull(bucket, unlimited, 8_999), isFull(bucket, unlimited, 9_000)]).toEqual([false, true]);
  });

  it('names a time at which the token is there even where the clock went back', () => {
    const rate = rateOf(1, 1_000, 1);
    expect(availableAt(taken(fullBucket(rate, 5_000), rate, 5_000), rate, 4_000)).toBe(6_000);
  });
});
