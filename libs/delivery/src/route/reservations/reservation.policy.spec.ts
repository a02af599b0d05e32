import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { granted, momentAt, type Reservation, reservationSize, unexpired, used } from './reservation.policy.ts';

const aReservation = (overrides: Partial<Reservation> = {}): Reservation => ({
  next: 0,
  left: 5,
  intervalMs: 1_000,
  ...overrides,
});

describe('a slice of a slow sender’s moments', () => {
  it('gives each moment at its time and no earlier', () => {
    const slice = used(aReservation(), 0);
    expect([momentAt(slice, 0), momentAt(slice, 1_200)]).toEqual([1_000, 1_200]);
  });

  it('loses moments that were not used in time, and is empty when all are gone', () => {
    expect(unexpired(aReservation(), 2_500)).toMatchObject({ next: 2_000, left: 3 });
    expect(momentAt(aReservation(), 60_000)).toBe(Infinity);
  });

  it('never gives more than one a second and one more, over any window, however late they are asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 60 }), (steps) => {
        let slice = aReservation({ left: 1_000 });
        let now = 0;
        const given: number[] = [];
        for (const step of steps) {
          now += step;
          if (momentAt(slice, now) > now) continue;
          slice = used(slice, now);
          given.push(now);
        }
        for (const [first, from] of given.entries()) {
          for (let last = first; last < given.length; last += 1)
            expect(last - first + 1).toBeLessThanOrEqual((given[last]! - from) / 1_000 + 2);
        }
      }),
    );
  });

  it('begins with the answer, and ends where the next one’s may begin, however long the answer took', () => {
    expect(granted(100, 40, 20, 1_000, 1_005)).toEqual({ next: 1_045, left: 100, intervalMs: 20 });
    const slow = granted(100, 40, 20, 1_000, 1_500);
    expect(slow).toMatchObject({ next: 1_540, left: 79 });
    // The last moment of those granted when it was asked, and the leeway of a busy process.
    expect(slow.next + (slow.left - 1) * 20).toBeLessThanOrEqual(1_000 + 40 + 99 * 20 + 100);
    expect(granted(1, 0, 20, 1_000, 9_000).left).toBe(1);
  });

  it('is as long as many wait, within bounds', () => {
    expect([reservationSize(1, 10, 2_000), reservationSize(900, 10, 2_000), reservationSize(900, 0.1, 2_000)]).toEqual([
      1, 20, 1,
    ]);
  });
});
