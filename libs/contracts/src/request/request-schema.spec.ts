import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { EmailRequested } from './email-request.ts';
import { fieldErrors } from '../errors.ts';
import { CancelRequested } from '../event/handover.ts';
import { contentDigest } from '../identity.ts';
import { withoutIdleNulls } from './request-schema.ts';
import { SmsRequested } from './sms-request.ts';

const email = { messageId: 'm-1', to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'It works' };
const sms = { messageId: 'm-2', to: '+12025550123', body: 'It works' };
const cancel = { messageId: 'm-3', channel: 'sms' };

const errorsOf = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : fieldErrors(parsed.error);
};

const half = '\ud83d';
const noUnicode = 'must be well-formed Unicode: it holds half of a surrogate pair';
const nul = 'must not contain the character NUL (U+0000)';

describe('a text in a request that is not well-formed Unicode, or contains NUL', () => {
  it.each([
    ['an e-mail’s correlationId', EmailRequested, { ...email, correlationId: `c${half}` }, 'correlationId', noUnicode],
    ['a tag', EmailRequested, { ...email, tags: ['spring', `a${half}b`] }, 'tags[1]', noUnicode],
    ['a tag of a text', SmsRequested, { ...sms, tags: ['\ude00'] }, 'tags[0]', noUnicode],
    ['a subject', EmailRequested, { ...email, subject: half }, 'subject', noUnicode],
    ['the text', EmailRequested, { ...email, text: `a\0b` }, 'text', nul],
    ['the HTML', EmailRequested, { ...email, html: half }, 'html', noUnicode],
    ['a name', EmailRequested, { ...email, to: [{ email: 'ada@inbox.test', name: half }] }, 'to[0].name', noUnicode],
    ['an SMS’s body', SmsRequested, { ...sms, body: `Hi ${half}` }, 'body', noUnicode],
    [
      'a template’s variable, however deep',
      SmsRequested,
      { ...sms, body: undefined, template: { name: 'code', variables: { list: [{ a: half }] } } },
      'template.variables.list[0].a',
      noUnicode,
    ],
    [
      'the name of a variable',
      EmailRequested,
      { ...email, template: { name: 'sendgrid:d-1', variables: { 'a\0': 1 } } },
      'template.variables.a?',
      `its name ${nul}`,
    ],
    ['metadata', SmsRequested, { ...sms, metadata: { order: nul + '\0' } }, 'metadata.order', nul],
    [
      'the name of metadata',
      EmailRequested,
      { ...email, metadata: { [half]: 'x' } },
      'metadata.?',
      `its name ${noUnicode}`,
    ],
    ['a header', EmailRequested, { ...email, headers: { 'X-A': half } }, 'headers.X-A', noUnicode],
    [
      'a file’s name',
      EmailRequested,
      { ...email, attachments: [{ filename: half, content: 'aGk=' }] },
      'attachments[0].filename',
      noUnicode,
    ],
    ['a field that nobody knows', SmsRequested, { ...sms, campaign: { id: half } }, 'campaign.id', noUnicode],
    ['an unknown name', EmailRequested, { ...email, 'x\0': 1 }, 'x?', `its name ${nul}`],
    ['a cancel’s own note', CancelRequested, { ...cancel, note: half }, 'note', noUnicode],
  ] as const)('is refused, with the field named: %s', (_, schema, request, field, rule) =>
    expect(errorsOf(schema, request)).toEqual([{ field, rule }]),
  );

  it('does not hide other errors', () => {
    expect(
      errorsOf(EmailRequested, { ...email, tags: [half], to: [{ email: 'nobody' }], sendAT: 'x' }).map(
        ({ field }) => field,
      ),
    ).toEqual(['tags[0]', 'sendAT', 'to[0].email']);
  });

  it('is accepted where it is well-formed Unicode of any kind', () => {
    expect(
      errorsOf(EmailRequested, {
        ...email,
        subject: 'Grüße 😀',
        text: '👩‍👩‍👧\r\n\t',
        tags: ['日本'],
        metadata: { grüße: 'a\nb' },
        x: '\u{10ffff}',
      }),
    ).toEqual([]);
  });
});

describe('a request nested deeper than 64 levels', () => {
  const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

  it.each([3_000, 200_000])('is refused by the name of its field, at %d levels too', (levels) =>
    expect(errorsOf(SmsRequested, { ...sms, campaign: nested(levels) })).toEqual([
      { field: 'campaign', rule: 'must have at most 64 levels of objects and arrays' },
    ]),
  );

  it('is refused by the name of its field in the options of a provider, too', () =>
    expect(errorsOf(EmailRequested, { ...email, providerOptions: { other: { deep: nested(3_000) } } })).toEqual([
      { field: 'providerOptions', rule: 'must have at most 64 levels of objects and arrays' },
    ]));

  it('is accepted at 64, the request itself counted', () => {
    expect(errorsOf(SmsRequested, { ...sms, campaign: nested(63) })).toEqual([]);
    expect(errorsOf(SmsRequested, { ...sms, campaign: nested(64) })).toHaveLength(1);
  });
});

describe('null in a request', () => {
  it('means the same as leaving an optional field out, nested or not', () => {
    const sparse = {
      ...email,
      sendAt: null,
      tenant: null,
      html: null,
      cc: null,
      replyTo: { email: 'desk@acme.test', name: null },
      to: [{ email: 'ada@inbox.test', name: null }],
      tracking: { opens: null, clicks: true },
      unsubscribe: { topic: null },
      metadata: { order: '7', note: null },
      headers: { 'X-A': null },
      attachments: [{ filename: 'a.pdf', content: 'aGk=', url: null }],
      providerOptions: { sendgrid: { asm: null, list: [{ a: null }] } },
    };
    expect(EmailRequested.parse(sparse)).toEqual(
      EmailRequested.parse({
        ...email,
        replyTo: { email: 'desk@acme.test' },
        tracking: { clicks: true },
        unsubscribe: {},
        metadata: { order: '7' },
        headers: {},
        attachments: [{ filename: 'a.pdf', content: 'aGk=' }],
        providerOptions: { sendgrid: { list: [{}] } },
      }),
    );
    expect(SmsRequested.parse({ ...sms, mediaUrls: null, kind: null, template: null, smartEncoding: null })).toEqual(
      SmsRequested.parse(sms),
    );
    expect(EmailRequested.parse({ ...email, replyTo: [{ email: 'a@acme.test', name: null }] })).toMatchObject({
      replyTo: [{ email: 'a@acme.test' }],
    });
    expect(CancelRequested.parse({ ...cancel, tenant: null })).toEqual({ ...cancel, tenant: 'default' });
  });

  it('does not change the content of a request: a repeat without the nulls is the same request', () => {
    const digest = (request: object) => contentDigest(withoutIdleNulls(SmsRequested, request));
    expect(digest({ ...sms, sendAt: null, mediaUrls: null })).toBe(digest(sms));
    expect(digest({ ...sms, campaign: null })).not.toBe(digest(sms));
  });

  it('is kept where it may be a value: in the variables of a template and in unknown fields', () => {
    const request = {
      ...sms,
      body: undefined,
      template: { name: 'code', version: null, variables: { name: null } },
      campaign: null,
    };
    expect(SmsRequested.parse(request)).toMatchObject({
      template: { name: 'code', variables: { name: null } },
      campaign: null,
    });
  });

  it.each([
    ['a required field', EmailRequested, { ...email, messageId: null }, 'messageId'],
    ['the recipient', SmsRequested, { ...sms, to: null }, 'to'],
    ['a required field inside', EmailRequested, { ...email, to: [{ email: null }] }, 'to[0].email'],
    ['an entry of a list', EmailRequested, { ...email, tags: [null] }, 'tags[0]'],
    ['all content', EmailRequested, { ...email, text: null }, 'text'],
    ['a cancel’s channel', CancelRequested, { ...cancel, channel: null }, 'channel'],
  ] as const)('is refused in place of %s', (_, schema, request, field) =>
    expect(errorsOf(schema, request).map((error) => error.field)).toEqual([field]),
  );
});

describe('an unknown field at the top whose name is a misspelt known name', () => {
  it.each([
    ['sendAT', 'sendAt'],
    ['send_at', 'sendAt'],
    ['SendAt', 'sendAt'],
    ['expires_at', 'expiresAt'],
    ['expiresat', 'expiresAt'],
    ['expireAt', 'expiresAt'],
    ['expries-at', 'expiresAt'],
    ['timezone', 'timeZone'],
    ['time_zone', 'timeZone'],
    ['correlation-id', 'correlationId'],
    ['corelationID', 'correlationId'],
    ['catgeory', 'category'],
    ['atachment', 'attachments'],
    ['replyto', 'replyTo'],
    ['BCC', 'bcc'],
    ['provder', 'provider'],
    ['metdata', 'metadata'],
    ['tenat', 'tenant'],
  ])('is refused with the right spelling: %s', (name, meant) => {
    expect(errorsOf(EmailRequested, { ...email, [name]: 'x' })).toContainEqual({
      field: name,
      rule: `is not a field: is ${meant} meant?`,
    });
  });

  it.each([
    [SmsRequested, { ...sms, media_urls: ['https://files.test/a.png'] }, 'mediaUrls'],
    [SmsRequested, { ...sms, contentTemplates: { name: 'HX1' } }, 'contentTemplate'],
    [SmsRequested, { ...sms, send_at: '2030-01-31T09:00:00Z' }, 'sendAt'],
    [CancelRequested, { ...cancel, Tenant: 'acme' }, 'tenant'],
    [CancelRequested, { channel: 'sms', message_id: 'm-3' }, 'messageId'],
  ])('on every topic of requests', (schema, request, meant) => {
    expect(errorsOf(schema, request)).toContainEqual(
      expect.objectContaining({ rule: `is not a field: is ${meant} meant?` }),
    );
  });

  it.each(['campaign', 'too', 'from_', 'locale', 'priority', 'customerId', 'x'])(
    'is ignored where it is another word: %s',
    (name) => {
      const wrong = errorsOf(EmailRequested, { ...email, [name]: 'x' });
      expect(wrong).toEqual(name === 'from_' ? [{ field: 'from_', rule: 'is not a field: is from meant?' }] : []);
    },
  );
});

describe('a request for something that does not exist', () => {
  it.each(['Mars/Olympus', '+02:00', 'CET+1', 'Europe/Berlín', 'GMT+2'])('is refused: the time zone %s', (timeZone) =>
    expect(errorsOf(EmailRequested, { ...email, timeZone })).toEqual([
      { field: 'timeZone', rule: 'must be an IANA time zone such as Europe/Berlin' },
    ]),
  );

  it.each(['Europe/Berlin', 'europe/berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'Asia/Calcutta'])(
    'is taken with the time zone %s',
    (timeZone) => expect(errorsOf(SmsRequested, { ...sms, timeZone })).toEqual([]),
  );

  it.each([
    [EmailRequested, { ...email, provider: 'Mailgun Inc.' }],
    [SmsRequested, { ...sms, provider: 'Twilio' }],
    [SmsRequested, { ...sms, provider: '' }],
  ])('is refused: a provider whose name is invalid', (schema, request) =>
    expect(errorsOf(schema, request)).toEqual([{ field: 'provider', rule: 'must be the name of a provider' }]),
  );
});

describe('a cancel', () => {
  it.each(['whatsapp', 'mms', 'sms'])('whose channel is the kind %s concerns the channel sms', (channel) =>
    expect(CancelRequested.parse({ ...cancel, channel })).toMatchObject({ channel: 'sms' }),
  );

  it.each([undefined, 'push', 7])('whose channel is %p is refused, and both values named', (channel) =>
    expect(errorsOf(CancelRequested, { ...cancel, channel })).toEqual([
      { field: 'channel', rule: 'must be email or sms (mms and whatsapp are understood as sms)' },
    ]),
  );
});
