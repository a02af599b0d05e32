import { describe, expect, it } from '@jest/globals';
import { afterDeath, standardRestarts } from './restart.policy.ts';

describe('restarting a process that died', () => {
  it('waits half a second after the first death and twice as long after each further one', () => {
    const waits = [1, 2, 3, 4].map((count) =>
      afterDeath(
        Array.from({ length: count }, (_, index) => index),
        10,
      ),
    );
    expect(waits).toEqual([500, 1_000, 2_000, 4_000].map((waitMs) => ({ giveUp: false, waitMs })));
  });

  it('never waits longer than ten seconds', () => {
    const patient = { ...standardRestarts, deaths: 100 };
    expect(
      afterDeath(
        Array.from({ length: 20 }, (_, index) => index),
        30,
        patient,
      ),
    ).toEqual({ giveUp: false, waitMs: 10_000 });
  });

  it('gives up at the fifth death within a minute', () => {
    expect(afterDeath([0, 10_000, 20_000, 30_000, 40_000], 40_000)).toEqual({ giveUp: true });
  });

  it('forgets deaths that are more than a minute old', () => {
    expect(afterDeath([0, 1, 2, 3, 70_000], 70_000)).toEqual({ giveUp: false, waitMs: 500 });
  });
});
