import { describe, expect, it } from '@jest/globals';
import { startOf, timeProblems } from './times.policy.ts';

const noon = Date.parse('2030-01-31T12:00:00Z');
const DAY_MS = 86_400_000;
const inDays = (days: number, ms = 0) => new Date(noon + days * DAY_MS + ms).toISOString();

describe('the times of a request', () => {
  it.each([
    ['has none', {}],
    ['is to go at the last moment that is allowed', { sendAt: inDays(30) }],
    ['is wanted for two weeks', { expiresAt: inDays(14) }],
    ['is wanted for two weeks after its time', { sendAt: inDays(30), expiresAt: inDays(44) }],
    ['was to go long ago', { sendAt: '0001-01-01T00:00:00Z' }],
    ['has expired long ago', { expiresAt: '2001-01-01T00:00:00Z' }],
  ])('are valid when it %s', (_, times) => expect(timeProblems(times, noon, 30)).toEqual([]));

  it.each([
    ['is to go later than that', { sendAt: inDays(30, 1) }, { field: 'sendAt', rule: 'must be at most 30 days ahead' }],
    [
      'is to go in the year 9999',
      { sendAt: '9999-12-31T23:59:59Z' },
      { field: 'sendAt', rule: 'must be at most 30 days ahead' },
    ],
    [
      'is wanted for longer',
      { expiresAt: inDays(14, 1) },
      { field: 'expiresAt', rule: 'must be at most 14 days after the request' },
    ],
    [
      'is wanted for longer after its time',
      { sendAt: inDays(2), expiresAt: '9999-12-31T23:59:59Z' },
      { field: 'expiresAt', rule: 'must be at most 14 days after sendAt, or after the request' },
    ],
    [
      'is wanted for longer after a time that has passed',
      { sendAt: inDays(-20), expiresAt: inDays(14, 1) },
      { field: 'expiresAt', rule: 'must be at most 14 days after sendAt, or after the request' },
    ],
  ])('are a field error when it %s', (_, times, problem) => expect(timeProblems(times, noon, 30)).toEqual([problem]));

  it('follow the setting of the operator', () => {
    expect(timeProblems({ sendAt: inDays(40) }, noon, 60)).toEqual([]);
    expect(timeProblems({ sendAt: inDays(2) }, noon, 1)).toMatchObject([
      { field: 'sendAt', rule: 'must be at most 1 day ahead' },
    ]);
  });

  it('say when it can be sent first', () => {
    expect(startOf({}, noon)).toBe(noon);
    expect(startOf({ sendAt: inDays(-1) }, noon)).toBe(noon);
    expect(startOf({ sendAt: inDays(1) }, noon)).toBe(noon + DAY_MS);
  });
});
