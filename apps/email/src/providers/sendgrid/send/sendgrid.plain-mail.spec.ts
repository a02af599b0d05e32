import { anEmailRequest } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EmailMessage } from '../../../email-message.ts';
import { MailBuilder } from './sendgrid.mail.adapter.ts';
import { plainBody, SEND_PATH } from './sendgrid.plain-mail.ts';
import { type Member, toMailData } from './sendgrid.request.policy.ts';

type Options = NonNullable<NonNullable<EmailMessage['providerOptions']>['sendgrid']>;

const sdk = new MailBuilder();
const bodyOf = (members: readonly Member[]) => JSON.stringify(plainBody(members));

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const name = fc.oneof(text, fc.constantFrom('', 'Lovelace, Ada', 'say "hi"', 'back\\slash', 'a_b C-d'));
const box = fc.record({ email: fc.emailAddress(), name }, { requiredKeys: ['email'] });
const link = 'https://email.acme.test/unsubscribe/ada';
const content = fc.oneof(text, fc.constantFrom(`Leave: ${link}`, `<a href="${link}">x</a>${link}`));
const header = fc.constantFrom('X-Campaign', 'list-unsubscribe', 'customArgs', 'aB', 'X_y', '__proto__', 'constructor');
const bool = fc.boolean();
const ganalytics = fc.record({ source: text, medium: text, campaign: text }, { requiredKeys: [] });
const options = fc.record(
  { categories: fc.array(text, { maxLength: 3 }), ganalytics, clickTrackingInText: bool, ipPoolName: text },
  { requiredKeys: [] },
);
const plain = fc.record(
  {
    to: fc.array(box, { minLength: 1, maxLength: 4 }),
    cc: fc.array(box, { maxLength: 2 }),
    bcc: fc.array(box, { maxLength: 2 }),
    from: box,
    subject: content,
    text: content,
    html: content,
    replyTo: fc.oneof(box, fc.array(box, { maxLength: 3 })),
    headers: fc.dictionary(header, text),
    tags: fc.array(fc.oneof(text, fc.constantFrom('', 'order', 'ça')), { maxLength: 4 }),
    tracking: fc.record({ opens: bool, clicks: bool }, { requiredKeys: [] }),
    ipPool: text,
    category: fc.constantFrom('marketing', 'transactional'),
    unsubscribeUrl: fc.constant(link),
    providerOptions: fc.record({ sendgrid: options }),
  },
  { requiredKeys: ['to', 'from'] },
);
const aMember = (parts: object, index = 0): Member => {
  const message = { ...anEmailRequest({ messageId: 'm-1' }), ...parts } as EmailMessage;
  const { messageId, tenant } = message;
  return { message, reference: { messageId, tenant, lane: 'bulk', hop: 1, attempt: index, callId: `call-${index}` } };
};

describe('a plain mail for SendGrid', () => {
  it('equals what SendGrid’s own library builds, alone and with others in one call', async () => {
    await fc.assert(
      fc.asyncProperty(plain, fc.array(plain, { maxLength: 2 }), async (first, others) => {
        const members = [first, ...others].map(aMember);
        const { url, body } = await sdk.requestOf(toMailData(members));
        expect(url).toBe(SEND_PATH);
        expect(bodyOf(members)).toBe(JSON.stringify(body));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same each time, and does not change the message', () => {
    const member = aMember({
      from: { email: 'news@acme.test' },
      headers: { 'X-A': '1' },
      tracking: { clicks: true, opens: true },
    });
    const before = structuredClone(member);
    expect(bodyOf([member])).toBe(bodyOf([member]));
    expect(member).toEqual(before);
  });

  const beyond: [string, Partial<EmailMessage>][] = [
    ['an attachment', { attachments: [{ filename: 'a.txt', content: 'YQ==' }] }],
    ['a template of SendGrid’s', { template: { name: 'd-1', variables: {} } }],
    ['a group', { providerOptions: { sendgrid: { asm: { groupId: 7 } } as Options } }],
    ['a mail setting', { sandbox: true }],
  ];

  it.each(beyond)('is built by SendGrid’s own library where it has %s', (_, parts) => {
    expect(plainBody([aMember({ from: { email: 'news@acme.test' }, ...parts })])).toBeUndefined();
  });
});
