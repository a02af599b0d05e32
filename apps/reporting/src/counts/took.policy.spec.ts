import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketOf, quantileOf, tookBounds } from './took.policy.ts';

describe('times to delivery in buckets', () => {
  it('are given back within the bound of their bucket', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (seconds) => {
        const buckets = seconds.map((each) => ({ took: bucketOf(each), messages: 1 }));
        const sorted = seconds.toSorted((a, b) => a - b);
        const middle = sorted[Math.ceil(seconds.length / 2) - 1]!;
        expect(quantileOf(buckets, 0.5)).toBe(tookBounds[bucketOf(middle)] ?? Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('are merged by adding: two days together give what their messages together would', () => {
    const monday = [{ took: bucketOf(1), messages: 90 }];
    const tuesday = [
      { took: bucketOf(1), messages: 5 },
      { took: bucketOf(60), messages: 5 },
    ];
    expect(quantileOf([...monday, ...tuesday], 0.95)).toBe(1);
    expect(quantileOf([...monday, ...tuesday], 0.96)).toBe(60);
    expect(quantileOf([], 0.5)).toBeUndefined();
  });

  it('that are less than none, since clocks differ, are in the first', () => {
    expect(bucketOf(-3)).toBe(0);
    expect(bucketOf(1e9)).toBe(tookBounds.length);
  });
});
