import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.ts';

describe('The pace of releases', () => {
  it('lets a second’s worth go at once, and then as many a second, however long nothing was due', () => {
    const pace = new Pace(1_000);
    let gone = 0;
    for (let now = 0; now <= 5_000; now += 50) {
      const most = pace.most(now);
      pace.took(most);
      gone += most;
    }
    expect(gone).toBe(6_000);
    expect(pace.most(3_600_000)).toBe(1_000);
  });

  it('lets nothing go once it is used up, also where less was taken than allowed before', () => {
    const pace = new Pace(100);
    expect(pace.most(0)).toBe(100);
    pace.took(40);
    expect(pace.most(0)).toBe(60);
    pace.took(60);
    expect(pace.most(5)).toBe(0);
    expect(pace.most(10)).toBe(1);
  });
});
