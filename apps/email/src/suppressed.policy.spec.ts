import { anEmailRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import type { EmailMessage } from './email-message.ts';
import { onlyTo, suppressionScopesOf } from './suppression-scopes.policy.ts';

const box = (name: string) => ({ email: `${name}@inbox.test` });
const aMail = (more: Partial<EmailMessage> = {}): EmailMessage => ({
  ...anEmailRequest({ to: [box('ada'), box('bob')] }),
  from: box('shop'),
  ...more,
});
const left = (mail: EmailMessage, goes: boolean[]) => {
  const rest = onlyTo(mail, goes);
  return (
    rest &&
    Object.fromEntries(
      (['to', 'cc', 'bcc'] as const)
        .filter((kind) => rest[kind])
        .map((kind) => [kind, rest[kind]!.map(({ email }) => email[0])]),
    )
  );
};

describe('a mail of which some recipients are suppressed', () => {
  const copies = aMail({ cc: [box('cid'), box('dan')], bcc: [box('eve'), box('fay')] });

  it.each<[string, boolean[], ReturnType<typeof left>]>([
    ['goes to the rest of each kind', [false, true, true, false, false, true], { to: ['b'], cc: ['c'], bcc: ['f'] }],
    ['names no kind that nobody is left of', [true, false, false, false, false, false], { to: ['a'] }],
    [
      'is addressed to those who get a copy where nobody else is',
      [false, false, true, true, true, false],
      { to: ['c', 'd'], bcc: ['e'] },
    ],
    ['is addressed to the only one, who was hidden', [false, false, false, false, false, true], { to: ['f'] }],
    [
      'goes to nobody where it would show hidden ones to each other',
      [false, false, false, false, true, true],
      undefined,
    ],
    ['goes to nobody where nobody is left', [false, false, false, false, false, false], undefined],
  ])('%s', (_, goes, expected) => expect(left(copies, goes)).toEqual(expected));
});

describe('the suppressions that apply to a mail', () => {
  it.each<[string, Partial<EmailMessage>, string[]]>([
    ['transactional', {}, []],
    ['marketing', { category: 'marketing' }, ['marketing']],
    ['with a topic', { unsubscribe: { topic: 'news' } }, ['topic:news']],
    [
      'marketing in a group of a provider’s',
      { category: 'marketing', listScope: 'group:sendgrid:7' },
      ['marketing', 'group:sendgrid:7'],
    ],
  ])('%s', (_, more, scopes) => expect(suppressionScopesOf(aMail(more)).scopes).toEqual(scopes));

  it('do not include those that the request ignores', () => {
    expect(suppressionScopesOf(aMail({ past: ['complaint'] })).past).toEqual(['complaint']);
    expect(suppressionScopesOf(aMail({})).past).toEqual([]);
  });
});
