import { expect, it } from '@jest/globals';
import { aText } from '../../../../test/messages.ts';
import type { TextMessage } from '../message.ts';
import { isListed, listingOf } from './listing.policy.ts';

const sent = (at: number | null): TextMessage => ({ ...aText({ sentAt: at }), events: [] });
const listed = (query: Record<string, string>, at: number | null) => {
  const listing = listingOf(query);
  return listing !== null && isListed(sent(at), listing);
};
const may5 = Date.UTC(2026, 4, 5, 13);

it.each<[Record<string, string>, boolean]>([
  [{ DateSent: '2026-05-05' }, true],
  [{ DateSent: '2026-05-04' }, false],
  [{ DateSent: '>=2026-05-05' }, true],
  [{ 'DateSent>': '2026-05-05T23:59:00Z' }, true],
  [{ 'DateSent>': '2026-05-06' }, false],
  [{ 'DateSent<': '2026-05-05' }, true],
  [{ 'DateSent<': '2026-05-04' }, false],
  [{ To: '+12025550123' }, true],
  [{ To: '+12025550199' }, false],
])('filters by %j: %s', (query, expected) => {
  expect(listed(query, may5)).toBe(expected);
});

it('finds a message that was not sent yet only without a date', () => {
  expect(listed({ 'DateSent>': '2020-01-01' }, null)).toBe(false);
  expect(listed({ To: '+12025550123' }, null)).toBe(true);
});

it.each([{ PageSize: '0' }, { PageSize: 'x' }, { DateSent: 'yesterday' }])('refuses %j', (query) => {
  expect(listingOf(query)).toBeNull();
});
