import { expect, it } from '@jest/globals';
import { waitAfter } from './backoff.policy.ts';

it('doubles the wait after each attempt, up to its maximum', () => {
  const waits = [1, 2, 3, 7, 8, 40].map((attempt) => waitAfter(attempt, { firstMs: 500, capMs: 30_000 }));
  expect(waits).toEqual([500, 1000, 2000, 30_000, 30_000, 30_000]);
});
