import { expect, it } from '@jest/globals';
import type { BypassName } from '../message.ts';
import { dropReason, type ListName } from './suppressions.policy.ts';

const on =
  (...lists: ListName[]) =>
  (list: ListName) =>
    lists.includes(list);

it('drops mail to addresses that bounced, complained, unsubscribed or are invalid', () => {
  const reasons = (['invalid_emails', 'bounces', 'spam_reports', 'unsubscribes'] as const).map((list) =>
    dropReason(on(list), false),
  );
  expect(reasons).toEqual(['Invalid', 'Bounced Address', 'Spam Reporting Address', 'Unsubscribed Address']);
  expect(dropReason(on(), true)).toBe('Unsubscribed Address');
});

it('tries again to send to blocked addresses', () => {
  expect(dropReason(on('blocks'), false)).toBeUndefined();
});

it.each<[BypassName, ListName]>([
  ['bypass_bounce_management', 'bounces'],
  ['bypass_spam_management', 'spam_reports'],
  ['bypass_unsubscribe_management', 'unsubscribes'],
])('by %s ignores the list %s, and no other', (bypass, list) => {
  expect(dropReason(on(list), false, [bypass])).toBeUndefined();
  expect(dropReason(on(list, 'invalid_emails'), false, [bypass])).toBe('Invalid');
  expect(dropReason(on(list), true, [bypass])).toBe('Unsubscribed Address');
});

it('by bypass_list_management ignores all lists', () => {
  expect(dropReason(() => true, true, ['bypass_list_management'])).toBeUndefined();
});
