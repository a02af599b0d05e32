import { describe, expect, it } from '@jest/globals';
import { nextStep, type RedriveSoFar } from './ramp.policy.ts';

const limits = { failureShare: 0.2, perSecond: 100 };
const soFar = (went: number, underWay = 0, failed = 0): RedriveSoFar => ({ went, underWay, failed });
const step = (of: RedriveSoFar, portions: number) => nextStep(of, limits, portions);

describe('a redrive', () => {
  it('begins with ten, and goes on once the ends of half of them are known', () => {
    expect(step(soFar(0), 0)).toEqual({ take: 10, restMs: 1_000 });
    expect(step(soFar(10, 10), 1)).toEqual({ waitMs: 1_000 });
    expect(step(soFar(10, 6), 1)).toEqual({ waitMs: 1_000 });
    expect(step(soFar(10, 5), 1)).toEqual({ take: 20, restMs: 1_000 });
  });

  it('doubles each second, up to what it may', () => {
    const takes = [2, 3, 4, 5, 60].map((portions) => step(soFar(1_000), portions));
    expect(takes).toEqual([40, 80, 100, 100, 100].map((take) => ({ take, restMs: 1_000 })));
  });

  it('stops itself once too many were given up again, of those whose end is known', () => {
    expect(step(soFar(10, 0, 2), 1)).toEqual({ take: 20, restMs: 1_000 });
    expect(step(soFar(10, 0, 3), 1)).toEqual({ stop: expect.stringMatching(/^3 of the 10 /) });
    expect(step(soFar(10, 7, 3), 1)).toEqual({ stop: expect.stringMatching(/^3 of the 3 /) });
    expect(step(soFar(1_000, 900, 21), 5)).toEqual({ stop: expect.stringMatching(/^21 of the 100 /) });
  });

  it('is not stopped by one or two of which little is known', () => {
    expect(step(soFar(10, 8, 2), 1)).toEqual({ waitMs: 1_000 });
  });

  it('stops at the first where none may fail, and never where all may', () => {
    expect(nextStep(soFar(10, 0, 1), { ...limits, failureShare: 0 }, 1)).toHaveProperty('stop');
    expect(nextStep(soFar(10, 0, 10), { ...limits, failureShare: 1 }, 1)).toHaveProperty('take');
  });
});
