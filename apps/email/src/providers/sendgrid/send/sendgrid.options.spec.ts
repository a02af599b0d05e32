import { EmailRequested } from '#libs/contracts';
import { providerRules } from '#libs/providers';
import { describe, expect, it } from '@jest/globals';
import { sendgridRequests } from './sendgrid.options.ts';

const mail = { messageId: 'm-1', to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'It works' };
const rules = providerRules([{ name: 'sendgrid', requests: sendgridRequests }]);
const problems = (parts: object) => rules(EmailRequested.parse({ ...mail, ...parts }));
const sendgrid = (options: object, parts: object = {}) =>
  problems({ ...parts, providerOptions: { sendgrid: options } }).map(({ field }) => field);

describe('the options of SendGrid', () => {
  it('are all of these, and any of them may be null', () => {
    const all = {
      asm: { groupId: 7, groupsToDisplay: [7, 8] },
      ipPoolName: 'pool',
      categories: ['spring'],
      clickTrackingInText: true,
      ganalytics: { source: 'mail', campaign: 'spring', term: null },
      bypassBounceManagement: true,
      bypassSpamManagement: null,
    };
    expect(sendgrid(all)).toEqual([]);
  });

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
  ])('refuse %s, naming the field', (_, field, options) => expect(sendgrid(options)).toEqual([field]));

  it('count categories together with the tags, each once', () => {
    const tags = ['a', 'b', 'c', 'd', 'e', 'f'];
    expect(sendgrid({ categories: ['f', 'g', 'h', 'i', 'j'] }, { tags })).toEqual([]);
    expect(sendgrid({ categories: ['g', 'h', 'i', 'j', 'k'] }, { tags })).toEqual([
      'providerOptions.sendgrid.categories',
    ]);
  });

  it.each(['bypassListManagement', 'bypassSpamManagement', 'bypassUnsubscribeManagement'])(
    'do not let marketing mail ignore an unsubscribe list by %s',
    (name) => {
      expect(sendgrid({ [name]: true }, { category: 'marketing' })).toEqual([`providerOptions.sendgrid.${name}`]);
      expect(sendgrid({ [name]: true })).toEqual([]);
    },
  );

  it('are given as options, and not by the header that SendGrid interprets', () =>
    expect(problems({ headers: { 'X-SMTPAPI': '{}' } })).toEqual([
      { field: 'headers.X-SMTPAPI', rule: 'is read by SendGrid as instructions; use providerOptions.sendgrid' },
    ]));

  it.each(['X-SG-EID', 'x-sg-id'])('do not include the header %s, which SendGrid sets itself', (name) =>
    expect(problems({ headers: { [name]: 'x' } })).toEqual([
      { field: `headers.${name}`, rule: 'is set by the provider and cannot be given' },
    ]),
  );

  it('name the group whose suppressions concern the mail', () => {
    const concerns = (options: object) =>
      sendgridRequests.concernsOf(EmailRequested.parse({ ...mail, providerOptions: { sendgrid: options } }));
    expect(concerns({ asm: { groupId: 7 } })).toEqual({ listScope: 'group:sendgrid:7', past: [] });
    expect(concerns({})).toEqual({ past: [] });
  });

  it('ignore our suppressions of the kinds that the request lets SendGrid ignore', () => {
    const past = (options: object) =>
      sendgridRequests.concernsOf(EmailRequested.parse({ ...mail, providerOptions: { sendgrid: options } })).past;
    expect(past({ bypassListManagement: true })).toEqual(['hard-bounce', 'invalid', 'complaint', 'unsubscribe']);
    expect([
      past({ bypassBounceManagement: true }),
      past({ bypassSpamManagement: true }),
      past({ bypassUnsubscribeManagement: true }),
    ]).toEqual([['hard-bounce', 'invalid'], ['complaint'], ['unsubscribe']]);
  });
});
