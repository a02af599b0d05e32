import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FIRST_RATE, freshRamp, HIGHEST_RATE, type KeyState, nextRound, type Ramp } from './ramp.policy.ts';

const noon = Date.parse('2030-01-31T12:00:00Z');
const open: KeyState = { isOpen: true, heldAt: undefined };
const ROUND_MS = 250;

/** Rounds over a key with enough parked under it. @returns what went in each second */
function play(
  seconds: number,
  keyAt: (second: number) => KeyState = () => open,
  returning = 0,
  from = freshRamp(noon),
) {
  let ramp: Ramp = from;
  const perSecond = Array.from({ length: seconds }, () => 0);
  for (let ms = ROUND_MS; ms <= seconds * 1_000; ms += ROUND_MS) {
    const second = Math.ceil(ms / 1_000) - 1;
    const { ramp: next, portion } = nextRound(ramp, keyAt(second), noon + ms);
    perSecond[second]! += portion;
    ramp = { ...next, moved: next.moved + portion, cameBack: next.cameBack + portion * returning };
  }
  return { perSecond, ramp };
}

describe('How fast parked messages go on', () => {
  it('begins with ten a second and doubles every five seconds while the key is open', () => {
    expect(play(20).perSecond.filter((_, second) => second % 5 === 1)).toEqual([10, 20, 40, 80]);
  });

  it('gives nothing while every candidate is held, and begins anew after that', () => {
    const heldAt = noon + 30_000;
    const { perSecond } = play(50, (second) => ({
      isOpen: second < 30 || second >= 40,
      heldAt: second < 30 ? undefined : heldAt,
    }));
    expect(perSecond[29]).toBeGreaterThan(100);
    expect(perSecond.slice(30, 40)).toEqual(Array.from({ length: 10 }, () => 0));
    expect(perSecond[41]).toBe(10);
  });

  it('begins anew when one of several candidates is held anew, though another is open', () => {
    const { perSecond } = play(40, (second) => ({ isOpen: true, heldAt: second < 30 ? undefined : noon + 30_100 }));
    expect(perSecond[29]).toBeGreaterThan(100);
    expect(perSecond[32]).toBe(10);
  });

  it('does not grow while most of what goes on comes back: a provider that is silent sets no hold', () => {
    expect(Math.max(...play(60, undefined, 0.6).perSecond)).toBe(FIRST_RATE);
    expect(Math.max(...play(60, undefined, 0.4).perSecond)).toBeGreaterThan(100);
  });

  it('does not grow unused: many that rest at the same time would all go at once', () => {
    let ramp = freshRamp(noon);
    for (let ms = ROUND_MS; ms <= 600_000; ms += ROUND_MS) ramp = nextRound(ramp, open, noon + ms).ramp;
    expect(ramp.rate).toBe(FIRST_RATE);
  });

  it('is the same when another replica goes on with what stands in the row', () => {
    const { ramp } = play(17);
    expect(play(1, undefined, 0, JSON.parse(JSON.stringify({ ...ramp, movedAt: noon })) as Ramp).ramp.rate).toBe(
      ramp.rate,
    );
  });

  it('never gives more than a second of its rate at once, however the clock jumps', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100_000, max: 100_000 }), { maxLength: 40 }), (jumps) => {
        let [ramp, now] = [freshRamp(noon), noon];
        for (const jump of jumps) {
          now += jump;
          const round = nextRound(ramp, open, now);
          expect(round.portion).toBeGreaterThanOrEqual(0);
          expect(round.portion).toBeLessThanOrEqual(round.ramp.rate + 1);
          expect(round.ramp.rate).toBeLessThanOrEqual(HIGHEST_RATE);
          ramp = { ...round.ramp, moved: round.ramp.moved + round.portion };
        }
      }),
    );
  });
});
