import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { byUrgency, laneShares, shareOut } from './lane-shares.policy.ts';

const even = { urgent: 0.5, transactional: 0.5, bulk: 0.5 };
const plenty = { urgent: 10_000, transactional: 10_000, bulk: 10_000 };

describe('A portion divided among the lanes', () => {
  it('gives each lane its share while all want more', () => {
    expect(shareOut(500, plenty, even)).toEqual({ urgent: 400, transactional: 80, bulk: 20 });
  });

  it('gives what one lane does not want to the others', () => {
    expect(shareOut(100, { urgent: 10, transactional: 0, bulk: 500 }, even)).toEqual({
      urgent: 10,
      transactional: 0,
      bulk: 90,
    });
  });

  it('gives each lane its share over time of portions that are too small to be divided', () => {
    const got = { urgent: 0, transactional: 0, bulk: 0 };
    let state = 7;
    const drawn = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 20_000; round += 1) {
      const portion = shareOut(1, plenty, { urgent: drawn(), transactional: drawn(), bulk: drawn() });
      for (const lane of byUrgency) got[lane] += portion[lane] / 200;
    }
    expect(got.urgent).toBeGreaterThan(75);
    expect(got.bulk).toBeGreaterThan(1);
  });

  it('never gives more than the portion, nor more than a lane has, and leaves nothing while something waits', () => {
    const some = fc.nat(200);
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const ofEach = <T>(one: fc.Arbitrary<T>) => fc.record({ urgent: one, transactional: one, bulk: one });
    fc.assert(
      fc.property(some, ofEach(some), ofEach(chance), (portion, waiting, chances) => {
        const given = shareOut(portion, waiting, chances);
        const sum = (of: Record<keyof typeof laneShares, number>) => byUrgency.reduce((all, lane) => all + of[lane], 0);
        expect(sum(given)).toBe(Math.min(portion, sum(waiting)));
        for (const lane of byUrgency) expect(given[lane]).toBeLessThanOrEqual(waiting[lane]);
      }),
    );
  });
});
