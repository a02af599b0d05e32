import { describe, expect, it } from '@jest/globals';
import { epochAt, isEpoch, weeksBefore } from './epoch.ts';

describe('an epoch', () => {
  it.each([
    ['2026-11-29T23:59:59.999Z', '2026-W48'],
    ['2026-11-30T00:00:00.000Z', '2026-W49'],
    ['2027-01-01T12:00:00Z', '2026-W53'],
    ['2027-01-04T00:00:00Z', '2027-W01'],
    ['2024-12-30T00:00:00Z', '2025-W01'],
    ['2021-01-03T00:00:00Z', '2020-W53'],
    ['2028-02-29T00:00:00Z', '2028-W09'],
  ])('is the ISO week of its moment, in UTC: %s is in %s', (moment, epoch) => {
    expect(epochAt(Date.parse(moment))).toBe(epoch);
    expect(isEpoch(epoch)).toBe(true);
  });

  it('follows the one before it, for twenty years', () => {
    const begin = Date.parse('2020-01-01T12:00:00Z');
    const weeks = Array.from({ length: 20 * 52 }, (_, week) => epochAt(begin + week * 7 * 86_400_000));
    expect(new Set(weeks).size).toBe(weeks.length);
    expect(weeks.toSorted()).toEqual(weeks);
    for (const [at, epoch] of weeks.entries()) expect(weeksBefore(weeks[0]!, epoch)).toBe(at);
  });

  it.each(['2025-W53', '2026-W00', '2026-W54', '2026-48', '2026-W1', ''])('is not %j', (text) =>
    expect(isEpoch(text)).toBe(false),
  );
});
