import { describe, expect, it } from '@jest/globals';
import { before, isWholeHours, rangeOf } from './range.policy.ts';

const now = Date.UTC(2030, 0, 31, 12, 20);

describe('the span of a report', () => {
  it('is the last thirty days with today, or the last 24 hours with this one, where nothing is said', () => {
    expect(rangeOf({ granularity: 'day' }, now)).toEqual({
      from: '2030-01-02T00:00:00.000Z',
      to: '2030-02-01T00:00:00.000Z',
    });
    expect(rangeOf({ granularity: 'hour' }, now)).toEqual({
      from: '2030-01-30T13:00:00.000Z',
      to: '2030-01-31T13:00:00.000Z',
    });
  });

  it('is in whole hours', () => {
    const given = { from: '2030-01-30T10:59:59.999Z', to: '2030-01-31T08:30:00Z' };
    expect(rangeOf({ ...given, granularity: 'hour' }, now)).toEqual({
      from: '2030-01-30T10:00:00.000Z',
      to: '2030-01-31T08:00:00.000Z',
    });
  });

  it('must have an hour, and no more rows than an answer may have', () => {
    const at = '2030-01-31T08:30:00Z';
    expect(rangeOf({ from: at, to: at, granularity: 'hour' }, now)).toMatchObject({ field: 'from' });
    const long = { from: '2029-01-01T00:00:00Z', to: '2030-01-01T00:00:00Z' };
    expect(rangeOf({ ...long, granularity: 'hour' }, now)).toMatchObject({ rule: expect.stringContaining('1100') });
    expect(rangeOf({ ...long, granularity: 'day' }, now)).toMatchObject({ from: '2029-01-01T00:00:00.000Z' });
  });

  it('has one before it of the same length', () => {
    expect(before({ from: '2030-01-10T00:00:00.000Z', to: '2030-01-12T00:00:00.000Z' })).toEqual({
      from: '2030-01-08T00:00:00.000Z',
      to: '2030-01-10T00:00:00.000Z',
    });
  });
});

describe('a time zone is whole hours from UTC', () => {
  const range = { from: '2030-01-10T00:00:00.000Z', to: '2030-07-12T00:00:00.000Z' };
  it.each([
    ['UTC', true],
    ['Europe/Berlin', true],
    ['America/New_York', true],
    ['Asia/Kolkata', false],
    ['Asia/Kathmandu', false],
    ['Australia/Adelaide', false],
    // Half an hour in summer alone.
    ['Australia/Lord_Howe', false],
  ])('%s: %s', (timeZone, whole) => expect(isWholeHours(timeZone, range)).toBe(whole));
});
