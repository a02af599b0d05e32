import { describe, expect, it } from '@jest/globals';
import { EmailRequested, replyToList } from './email-request.ts';
import { fieldErrors } from '../errors.ts';

const mail = { messageId: 'm-1', to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'It works' };
const wrong = (parts: object) => {
  const parsed = EmailRequested.safeParse({ ...mail, ...parts });
  return parsed.success ? [] : fieldErrors(parsed.error).map(({ field }) => field);
};
const sendgrid = (options: object, parts: object = {}) => wrong({ ...parts, providerOptions: { sendgrid: options } });

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
    [
      'all that SendGrid knows',
      {
        providerOptions: {
          sendgrid: {
            asm: { groupId: 7, groupsToDisplay: [7, 8] },
            ipPoolName: 'pool',
            categories: ['spring'],
            clickTrackingInText: true,
            ganalytics: { source: 'mail', campaign: 'spring' },
            bypassBounceManagement: true,
          },
        },
      },
    ],
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
  ])('refuse %s, naming the field', (_, field, parts) => expect(wrong(parts)).toEqual([field]));

  it.each([
    ['a misspelt option', 'providerOptions.sendgrid', { ipPool: 'pool' }],
    ['a group without a number', 'providerOptions.sendgrid.asm.groupId', { asm: { groupId: '7' } }],
    [
      '26 groups to display',
      'providerOptions.sendgrid.asm.groupsToDisplay',
      { asm: { groupId: 1, groupsToDisplay: Array.from({ length: 26 }, (_, n) => n + 1) } },
    ],
    [
      'two ways round the lists at once',
      'providerOptions.sendgrid.bypassListManagement',
      { bypassListManagement: true, bypassSpamManagement: true },
    ],
  ])('of SendGrid refuse %s, naming the field', (_, field, options) => expect(sendgrid(options)).toEqual([field]));

  it('count categories together with the tags, each once', () => {
    const tags = ['a', 'b', 'c', 'd', 'e', 'f'];
    expect(sendgrid({ categories: ['f', 'g', 'h', 'i', 'j'] }, { tags })).toEqual([]);
    expect(sendgrid({ categories: ['g', 'h', 'i', 'j', 'k'] }, { tags })).toEqual([
      'providerOptions.sendgrid.categories',
    ]);
  });

  it.each(['bypassListManagement', 'bypassSpamManagement', 'bypassUnsubscribeManagement'])(
    'let no marketing mail round a list by %s',
    (name) => {
      expect(sendgrid({ [name]: true }, { category: 'marketing' })).toEqual([`providerOptions.sendgrid.${name}`]);
      expect(sendgrid({ [name]: true })).toEqual([]);
    },
  );

  it('give answer addresses as a list, however they were written', () => {
    const desk = { email: 'desk@acme.test' };
    expect([replyToList(undefined), replyToList(desk), replyToList([desk, desk])]).toEqual([[], [desk], [desk, desk]]);
  });
});
