import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endOfQuiet, firstAllowed, isQuiet, type QuietTime } from './quiet-time.policy.ts';

const MINUTE = 60_000;
const night: QuietTime = { from: 21 * 60, until: 8 * 60 };
const utc = (text: string) => Date.parse(text);
const iso = (at: number) => new Date(at).toISOString();

describe('the end of quiet hours', () => {
  it.each([
    ['Europe/Berlin', '2026-06-01T21:30:00Z', '2026-06-02T06:00:00.000Z'],
    ['America/New_York', '2026-01-15T03:00:30Z', '2026-01-15T13:00:00.000Z'],
    ['Asia/Kathmandu', '2026-01-15T16:00:00Z', '2026-01-16T02:15:00.000Z'],
    // The night before, the clocks were put back (25 October) or forward (29 March).
    ['Europe/Berlin', '2026-10-24T20:00:00Z', '2026-10-25T07:00:00.000Z'],
    ['Europe/Berlin', '2026-03-28T20:30:00Z', '2026-03-29T06:00:00.000Z'],
    ['America/New_York', '2026-11-01T02:00:00Z', '2026-11-01T13:00:00.000Z'],
    ['America/New_York', '2026-03-08T03:00:00Z', '2026-03-08T12:00:00.000Z'],
    // Half an hour is put forward and back here.
    ['Australia/Lord_Howe', '2026-10-03T12:00:00Z', '2026-10-03T21:00:00.000Z'],
  ])('is eight o’clock in %s, also where the clocks are changed: %s', (zone, at, end) => {
    expect(iso(endOfQuiet(night, zone, utc(at)))).toBe(end);
  });

  it('is the first time after a gap where the clocks leave it out', () => {
    const untilHalfPastTwo: QuietTime = { from: 21 * 60, until: 2 * 60 + 30 };
    expect(iso(endOfQuiet(untilHalfPastTwo, 'Europe/Berlin', utc('2026-03-28T22:00:00Z')))).toBe(
      '2026-03-29T01:00:00.000Z',
    );
  });

  it('is what the clocks of every zone say, at any time of the year', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const span = fc
      .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 1_200 }))
      .map(([from, length]): QuietTime => ({ from, until: (from + length) % 1_440 }));
    const times = fc.integer({ min: utc('2025-01-01T00:00:00Z'), max: utc('2027-12-31T00:00:00Z') });
    fc.assert(
      fc.property(fc.uniqueArray(zones, { minLength: 1, maxLength: 3 }), span, times, (all, quiet, at) => {
        const quietAt = (time: number) => all.some((zone) => isQuiet(quiet, zone, time));
        const { end, last } = firstAllowed([{ quiet, zones: all }], at);
        if (!quietAt(at)) return expect([end, last]).toEqual([at, undefined]);
        if (end === undefined) return;
        expect(quietAt(end)).toBe(false);
        expect(end).toBeGreaterThan(at);
        // Before it there is no minute in which it was allowed everywhere.
        for (let time = Math.ceil(at / MINUTE) * MINUTE; time < end; time += 29 * MINUTE)
          expect(quietAt(time)).toBe(true);
        expect(quietAt(end - MINUTE) || end - MINUTE < at).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('several quiet times', () => {
  it('are all over when a message may go', () => {
    const noon: QuietTime = { from: 8 * 60, until: 13 * 60 };
    const both = [
      { quiet: night, zones: ['UTC'] },
      { quiet: noon, zones: ['UTC'] },
    ];
    expect(firstAllowed(both, utc('2026-01-15T22:00:00Z'))).toEqual({ end: utc('2026-01-16T13:00:00Z'), last: 1 });
  });

  it('may leave no time that they all allow', () => {
    const day: QuietTime = { from: 8 * 60, until: 21 * 60 };
    const both = [
      { quiet: night, zones: ['UTC'] },
      { quiet: day, zones: ['UTC'] },
    ];
    expect(firstAllowed(both, utc('2026-01-15T22:00:00Z')).end).toBeUndefined();
  });
});
