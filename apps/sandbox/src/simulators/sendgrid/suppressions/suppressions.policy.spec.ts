import { expect, it } from '@jest/globals';
import type { BypassName } from '../message.ts';
import { dropReason, type ListName } from './suppressions.policy.ts';

const on =
  (...lists: ListName[]) =>
  (list: ListName) =>
    lists.includes(list);

it('drops mail to who bounced, complained, left or never was', () => {
  const reasons = (['invalid_emails', 'bounces', 'spam_reports', 'unsubscribes'] as const).map((list) =>
    dropReason(on(list), false),
  );
  expect(reasons).toEqual(['Invalid', 'Bounced Address', 'Spam Reporting Address', 'Unsubscribed Address']);
  expect(dropReason(on(), true)).toBe('Unsubscribed Address');
});

it('tries again who was blocked', () => {
  expect(dropReason(on('blocks'), false)).toBeUndefined();
});

it.each<[BypassName, ListName]>([
  ['bypass_bounce_management', 'bounces'],
  ['bypass_spam_management', 'spam_reports'],
  ['bypass_unsubscribe_management', 'unsubscribes'],
])('goes by %s past the list %s, and past no other', (bypass, list) => {
  expect(dropReason(on(list), false, [bypass])).toBeUndefined();
  expect(dropReason(on(list, 'invalid_emails'), false, [bypass])).toBe('Invalid');
  expect(dropReason(on(list), true, [bypass])).toBe('Unsubscribed Address');
});

it('goes by bypass_list_management past everything', () => {
  expect(dropReason(() => true, true, ['bypass_list_management'])).toBeUndefined();
});
