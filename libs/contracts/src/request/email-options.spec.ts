import { describe, expect, it } from '@jest/globals';
import { EmailRequested, replyToList } from './email-request.ts';
import { fieldErrors } from '../errors.ts';

const mail = { messageId: 'm-1', to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'It works' };
const wrong = (parts: object) => {
  const parsed = EmailRequested.safeParse({ ...mail, ...parts });
  return parsed.success ? [] : fieldErrors(parsed.error).map(({ field }) => field);
};
describe('the options of an e-mail', () => {
  it.each([
    [
      'answers to several people',
      { replyTo: [{ email: 'desk@acme.test' }, { email: 'boss@acme.test', name: 'Boss' }] },
    ],
    ['a topic to leave', { category: 'marketing', unsubscribe: { topic: 'newsletter' } }],
    ['a page of upstream’s own', { unsubscribe: { url: 'https://acme.test/leave?u=1&l=2', oneClick: true } }],
    ['tracking switched off', { tracking: { opens: false, clicks: false } }],
    ['a pool and a check only', { ipPool: 'newsletters', sandbox: true }],
    ['options of a provider that is new to us', { providerOptions: { other: { anything: 1 } } }],
  ])('may hold %s', (_, parts) => expect(wrong(parts)).toEqual([]));

  it.each([
    ['a topic in capitals', 'unsubscribe.topic', { unsubscribe: { topic: 'News' } }],
    [
      'one click on a page without TLS',
      'unsubscribe.oneClick',
      { unsubscribe: { url: 'http://acme.test/leave', oneClick: true } },
    ],
    ['one click without a page', 'unsubscribe.oneClick', { unsubscribe: { oneClick: true } }],
    [
      'a page that would break out of the header',
      'unsubscribe.url',
      { unsubscribe: { url: 'https://acme.test/a>,<https://evil.test' } },
    ],
    ['an answer address that is none', 'replyTo[0].email', { replyTo: [{ email: 'nobody' }] }],
    ['nobody to answer to', 'replyTo', { replyTo: [] }],
    ['a pool of one letter', 'ipPool', { ipPool: 'a' }],
    ['options that are no object', 'providerOptions.other', { providerOptions: { other: 'fast' } }],
  ])('refuse %s, naming the field', (_, field, parts) => expect(wrong(parts)).toEqual([field]));

  it('give reply addresses as a list, however they were written', () => {
    const desk = { email: 'desk@acme.test' };
    expect([replyToList(undefined), replyToList(desk), replyToList([desk, desk])]).toEqual([[], [desk], [desk, desk]]);
  });
});
