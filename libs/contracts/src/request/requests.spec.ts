import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import { EmailRequested } from './email-request.ts';
import { fieldErrors } from '../errors.ts';
import { MessageId } from './primitives.ts';
import { SmsRequested } from './sms-request.ts';

const email = { messageId: 'm-1', to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'It works' };
const sms = { messageId: 'm-2', to: '+12025550123', body: 'It works' };

/** The field and rule of every error. */
const errorsOf = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : fieldErrors(parsed.error);
};
const wrongFields = (schema: z.ZodType, value: unknown) => errorsOf(schema, value).map(({ field }) => field);

describe('a request as anyone may publish it', () => {
  it('needs no more than the examples of the README contain', () => {
    expect(EmailRequested.parse(email)).toEqual({ ...email, tenant: 'default', category: 'transactional' });
    expect(SmsRequested.parse(sms)).toEqual({ ...sms, tenant: 'default', category: 'transactional' });
  });

  it('keeps unknown fields', () => {
    const request = { ...email, campaign: { id: 7 }, to: [{ email: 'ada@inbox.test', locale: 'en' }] };
    expect(EmailRequested.parse(request)).toMatchObject(request);
  });

  it.each([
    [
      'everything an e-mail may have',
      EmailRequested,
      {
        ...email,
        tenant: 'acme',
        category: 'marketing',
        cc: [{ email: 'bob@inbox.test', name: 'Bob' }],
        bcc: [{ email: 'eve@inbox.test' }],
        replyTo: { email: 'desk@acme.test' },
        from: { email: 'news@acme.test', name: 'Acme' },
        html: '<b>It works</b>',
        headers: { 'X-Campaign': 'spring' },
        sendAt: '2030-01-31T09:00:00Z',
        expiresAt: '2030-01-31T10:00:01+01:00',
        attachments: [
          { filename: 'a.pdf', contentType: 'application/pdf', content: 'aGk=' },
          { filename: 'b.pdf', url: 'https://files.test/b.pdf' },
        ],
        tags: ['spring'],
        metadata: { order: '7' },
        timeZone: 'Europe/Berlin',
        correlationId: 'c-1',
        provider: 'sendgrid',
      },
    ],
    [
      'the first and the last moment that can be written',
      EmailRequested,
      { ...email, sendAt: '0001-01-01T01:00:00+01:00', expiresAt: '9999-12-31T23:59:59.999Z' },
    ],
    [
      'a template instead of content',
      EmailRequested,
      { messageId: 'm-3', to: email.to, template: { name: 'd-1', variables: { name: 'Ada' } } },
    ],
    [
      'a template of ours',
      EmailRequested,
      { messageId: 'm-3', to: email.to, template: { name: 'welcome', version: '2', variables: { name: 'Ada' } } },
    ],
    [
      'a subject beside a provider’s own template',
      EmailRequested,
      { messageId: 'm-3', to: email.to, subject: 'Hello', template: { name: 'sendgrid:d-1' } },
    ],
    [
      'an address whose domain is outside ASCII',
      EmailRequested,
      { ...email, to: [{ email: 'juergen@bücher.example' }] },
    ],
    [
      'an SMS by a template of ours',
      SmsRequested,
      { messageId: 'm-6', to: sms.to, template: { name: 'login-code', variables: { code: '1' } } },
    ],
    [
      'an MMS whose text is a template',
      SmsRequested,
      { messageId: 'm-6', to: sms.to, template: { name: 'login-code' }, mediaUrls: ['https://files.test/a.png'] },
    ],
    ['an MMS', SmsRequested, { messageId: 'm-4', to: sms.to, mediaUrls: ['https://files.test/a.png'] }],
    [
      'WhatsApp by a template',
      SmsRequested,
      { messageId: 'm-5', to: sms.to, kind: 'whatsapp', contentTemplate: { name: 'HX1' } },
    ],
    ['a sender by name', SmsRequested, { ...sms, from: 'Acme' }],
    ['a sender by a name with each of the signs that Twilio takes', SmsRequested, { ...sms, from: 'A&B -C_D+E' }],
    ['a sender whose name begins with +', SmsRequested, { ...sms, from: '+Plus' }],
    ['a short code', SmsRequested, { ...sms, from: '12345' }],
    [
      'an attachment of one byte',
      EmailRequested,
      { ...email, attachments: [{ filename: 'a.txt', content: 'YQ==', contentId: 'logo.1@acme' }] },
    ],
  ] as const)('takes %s', (_, schema, request) => expect(errorsOf(schema, request)).toEqual([]));

  it.each([
    ['a messageId of 10,000 characters', EmailRequested, { ...email, messageId: 'x'.repeat(10_000) }, 'messageId'],
    ['a messageId with a blank', EmailRequested, { ...email, messageId: 'm 1' }, 'messageId'],
    ['a messageId with a line break at its end', EmailRequested, { ...email, messageId: 'm-1\n' }, 'messageId'],
    ['a messageId of one dot', EmailRequested, { ...email, messageId: '.' }, 'messageId'],
    ['a messageId of two dots', SmsRequested, { ...sms, messageId: '..' }, 'messageId'],
    ['no messageId', EmailRequested, { ...email, messageId: undefined }, 'messageId'],
    [
      'an address with CR and LF',
      EmailRequested,
      { ...email, to: [{ email: 'ada@inbox.test\r\nBcc: eve@inbox.test' }] },
      'to[0].email',
    ],
    [
      'an address that ends in a line break',
      EmailRequested,
      { ...email, to: [{ email: 'ada@inbox.test\n' }] },
      'to[0].email',
    ],
    [
      'a name with CR and LF',
      EmailRequested,
      { ...email, to: [{ email: 'ada@inbox.test', name: 'Ada\r\nBcc: eve@inbox.test' }] },
      'to[0].name',
    ],
    ['a subject with a line break', EmailRequested, { ...email, subject: 'Hello\nBcc: eve@inbox.test' }, 'subject'],
    [
      'a header’s value with a line break',
      EmailRequested,
      { ...email, headers: { 'X-A': 'a\r\nBcc: eve@inbox.test' } },
      'headers.X-A',
    ],
    [
      'a header that is the platform’s',
      EmailRequested,
      { ...email, headers: { 'Reply-To': 'eve@inbox.test' } },
      'headers.Reply-To',
    ],
    [
      'a sender’s name with a line break',
      EmailRequested,
      { ...email, from: { email: 'a@acme.test', name: 'A\nB' } },
      'from.name',
    ],
    ['an address without a domain', EmailRequested, { ...email, to: [{ email: 'ada@localhost' }] }, 'to[0].email'],
    ['no recipient', EmailRequested, { ...email, to: [] }, 'to'],
    ['one address twice', EmailRequested, { ...email, cc: [{ email: 'ADA@inbox.test' }] }, 'to'],
    [
      '51 recipients',
      EmailRequested,
      {
        ...email,
        to: Array.from({ length: 50 }, (_, n) => ({ email: `a${n}@inbox.test` })),
        cc: [{ email: 'b@inbox.test' }],
      },
      'to',
    ],
    ['an e-mail without content', EmailRequested, { ...email, text: undefined }, 'text'],
    ['an e-mail without a subject', EmailRequested, { ...email, subject: undefined }, 'subject'],
    [
      'an attachment without content',
      EmailRequested,
      { ...email, attachments: [{ filename: 'a.pdf' }] },
      'attachments[0].content',
    ],
    [
      'an attachment of no bytes',
      EmailRequested,
      { ...email, attachments: [{ filename: 'a.txt', content: '' }] },
      'attachments[0].content',
    ],
    [
      'a content id with a blank',
      EmailRequested,
      { ...email, attachments: [{ filename: 'a.png', content: 'YQ==', contentId: 'my logo' }] },
      'attachments[0].contentId',
    ],
    ['one header twice in two cases', EmailRequested, { ...email, headers: { 'X-A': '1', 'x-a': '2' } }, 'headers.x-a'],
    ['a sender’s name of 12 characters', SmsRequested, { ...sms, from: 'Acme & Sons+' }, 'from'],
    ['a sender’s name without a letter', SmsRequested, { ...sms, from: '12 & 34' }, 'from'],
    ['a sender’s name with another sign', SmsRequested, { ...sms, from: 'Acme!' }, 'from'],
    [
      'an attachment over an open line',
      EmailRequested,
      { ...email, attachments: [{ filename: 'a.pdf', url: 'http://files.test/a.pdf' }] },
      'attachments[0].url',
    ],
    ['media over an open line', SmsRequested, { ...sms, mediaUrls: ['http://files.test/a.png'] }, 'mediaUrls[0]'],
    ['a body beside a template', SmsRequested, { ...sms, template: { name: 'login-code' } }, 'template'],
    [
      'letters outside ASCII before the @',
      EmailRequested,
      { ...email, to: [{ email: 'jürgen@inbox.test' }] },
      'to[0].email',
    ],
    [
      'one address in two spellings of its domain',
      EmailRequested,
      { ...email, to: [{ email: 'a@bücher.example' }], cc: [{ email: 'a@xn--bcher-kva.example' }] },
      'to',
    ],
    ['a time without a zone', EmailRequested, { ...email, sendAt: '2030-01-31T09:00:00' }, 'sendAt'],
    [
      'an expiry before its time',
      EmailRequested,
      { ...email, sendAt: '2030-01-31T09:00:00Z', expiresAt: '2030-01-31T08:00:00Z' },
      'expiresAt',
    ],
    [
      'a time that UTC puts into the year 10000',
      SmsRequested,
      { ...sms, sendAt: '2030-01-31T09:00:00Z', expiresAt: '9999-12-31T23:59:59-14:00' },
      'expiresAt',
    ],
    [
      'a time that UTC puts before the year 1',
      EmailRequested,
      { ...email, sendAt: '0001-01-01T00:00:00+00:01' },
      'sendAt',
    ],
    ['a time in the year 0', EmailRequested, { ...email, expiresAt: '0000-06-01T00:00:00Z' }, 'expiresAt'],
    ['a tenant in capitals', EmailRequested, { ...email, tenant: 'ACME' }, 'tenant'],
    ['a number without its country', SmsRequested, { ...sms, to: '2025550123' }, 'to'],
    ['a number with a line break', SmsRequested, { ...sms, to: '+12025550123\n' }, 'to'],
    ['an SMS without content', SmsRequested, { ...sms, body: undefined }, 'body'],
    ['an SMS of 1,601 characters', SmsRequested, { ...sms, body: 'x'.repeat(1601) }, 'body'],
    ['an SMS with media', SmsRequested, { ...sms, kind: 'sms', mediaUrls: ['https://files.test/a.png'] }, 'mediaUrls'],
    ['media from a file', SmsRequested, { ...sms, mediaUrls: ['file:///etc/passwd'] }, 'mediaUrls[0]'],
    ['text instead of an object', EmailRequested, 'hello', '(the whole value)'],
    ['nothing at all', SmsRequested, null, '(the whole value)'],
    ['a list', SmsRequested, [sms], '(the whole value)'],
  ] as const)('refuses %s, naming the field', (_, schema, request, field) =>
    expect(wrongFields(schema, request)).toContain(field),
  );
});

describe('a messageId', () => {
  it('can be part of a URL path as it is, if the schema accepts it', () => {
    const made = fc
      .array(fc.constantFrom('.', '..', '-', '_', ':', 'a', 'B', '7'), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        made.filter((id) => MessageId.safeParse(id).success),
        (id) => {
          expect(new URL(`http://reporting.test/v1/messages/email/${id}`).pathname).toBe(`/v1/messages/email/${id}`);
        },
      ),
    );
    expect(MessageId.safeParse('...').success).toBe(true);
  });
});

describe('the errors of an invalid request', () => {
  it('name an invalid time once', () => {
    expect(errorsOf(SmsRequested, { ...sms, sendAt: 'soon' })).toEqual([
      { field: 'sendAt', rule: expect.stringContaining('ISO 8601') },
    ]);
    expect(errorsOf(SmsRequested, { ...sms, sendAt: '9999-12-31T23:59:59-14:00' })).toEqual([
      { field: 'sendAt', rule: 'must lie in the years 0001 to 9999 (in UTC)' },
    ]);
  });

  it('name field and rule', () => {
    expect(errorsOf(SmsRequested, { ...sms, to: '12' })).toEqual([
      { field: 'to', rule: expect.stringMatching(/^must be a phone number in E.164 form, such as \+\d+$/) },
    ]);
    expect(errorsOf(EmailRequested, { ...email, messageId: 'm 1' })).toEqual([
      { field: 'messageId', rule: 'may hold only letters, digits and . _ : -, and must not be . or ..' },
    ]);
  });

  it.each([
    ['Reply-To', 'is set by the platform; use replyTo'],
    ['bcc', 'is set by the platform; use bcc'],
    ['Subject', 'is set by the platform; use subject'],
    ['MIME-Version', 'is set by the platform; use text, html and attachments'],
    ['Message-ID', 'is set by the provider and cannot be given; for a reference of yours, use correlationId'],
    ['X Blank', 'must be a header name: letters, digits and signs such as -, without blanks'],
  ])('name the rule of the header %s', (name, rule) => {
    expect(errorsOf(EmailRequested, { ...email, headers: { [name]: 'x' } })).toEqual([
      { field: `headers.${name.replace(' ', '?')}`, rule },
    ]);
  });

  it('name the rule that a key of metadata breaks, too', () => {
    expect(errorsOf(EmailRequested, { ...email, metadata: { 'a\nb': 'x' } })).toEqual([
      { field: 'metadata.a?b', rule: 'must not contain line breaks or control characters' },
    ]);
  });

  it('never contain a value, whichever field it was in', () => {
    const secret = 'zq7Secret';
    const poisoned = fc.constantFrom(
      secret,
      `${secret}@inbox.test\r\n`,
      `+1${secret}`,
      [secret],
      { [`x ${secret}`]: 1 },
      7,
    );
    const request = fc.dictionary(
      fc.constantFrom(
        'messageId',
        'tenant',
        'category',
        'to',
        'cc',
        'from',
        'subject',
        'text',
        'html',
        'template',
        'headers',
        'attachments',
        'sendAt',
        'expiresAt',
        'timeZone',
        'tags',
        'metadata',
        'body',
        'kind',
        'mediaUrls',
        'contentTemplate',
        'provider',
      ),
      fc.oneof(
        poisoned,
        fc.array(poisoned, { maxLength: 2 }),
        fc.record({ email: poisoned, name: poisoned, filename: poisoned }),
      ),
    );
    fc.assert(
      fc.property(request, fc.constantFrom(EmailRequested, SmsRequested), (value, schema) => {
        const rules = errorsOf(schema, value).map(({ rule }) => rule);
        expect(rules.join('\n')).not.toContain(secret);
      }),
      { numRuns: 2_000 },
    );
  });

  it('contain a key that upstream chose only if it looks like a name', () => {
    const [error] = errorsOf(EmailRequested, { ...email, headers: { 'X-Ada <ada@inbox.test>': 'a' } });
    expect(error?.field).toBe('headers.X-Ada??ada?inbox.test?');
  });

  it('stay short, however many there are', () => {
    const to = Array.from({ length: 50 }, () => ({ email: 'nobody' }));
    expect(errorsOf(EmailRequested, { ...email, to })).toHaveLength(20);
  });
});
