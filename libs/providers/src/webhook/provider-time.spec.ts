import { describe, expect, it } from '@jest/globals';
import { happenedAt, timeOf } from './provider-time.ts';

describe('the time in a provider’s event', () => {
  it.each([
    ['seconds', 1_795_435_205, '2026-11-23T12:00:05.000Z'],
    ['parts of a second', 1_795_435_205.5, '2026-11-23T12:00:05.500Z'],
    ['milliseconds', 1_795_435_205_123, '2026-11-23T12:00:05.123Z'],
    ['seconds as text', '1795435205', '2026-11-23T12:00:05.000Z'],
    ['milliseconds as text', ' 1795435205123 ', '2026-11-23T12:00:05.123Z'],
    ['ISO 8601', '2026-11-23T12:00:05.123Z', '2026-11-23T12:00:05.123Z'],
    ['ISO 8601 with a zone', '2026-11-23T14:00:05+02:00', '2026-11-23T12:00:05.000Z'],
    ['what Resend’s API writes', '2026-11-23 12:00:05.123456+00', '2026-11-23T12:00:05.123Z'],
    ['a zone of hours alone', '2026-11-23 09:00:05-03', '2026-11-23T12:00:05.000Z'],
    ['no zone', '2026-11-23T12:00:05', '2026-11-23T12:00:05.000Z'],
  ])('is read from %s', (_, value, expected) => {
    expect(timeOf(value)?.toISOString()).toBe(expected);
  });

  it.each([
    null,
    undefined,
    '',
    'soon',
    'soon 1',
    '1',
    12,
    -1,
    0,
    Number.NaN,
    1e300,
    '2026-13-45T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    true,
    [],
    {},
    [1_795_435_205],
  ])('is none where it is %j', (value) => {
    expect(timeOf(value)).toBeUndefined();
  });

  it('is now where it is more than a day in the future', () => {
    const now = Date.parse('2030-01-31T12:00:00Z');
    expect(happenedAt(new Date(now + 3_600_000), now)).toEqual(new Date(now + 3_600_000));
    expect(happenedAt(new Date(now + 90_000_000), now)).toEqual(new Date(now));
    expect(happenedAt(undefined, now)).toBeUndefined();
  });
});
