import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { readPlainly, surelyHolds } from './conformity.ts';
import { InboundReceived, SendPlanned } from './event/handover.ts';
import { StatusChanged } from './event/status.ts';
import { EmailRequested } from './request/email-request.ts';
import { SmsRequested } from './request/sms-request.ts';

const sent: StatusChanged = {
  eventId: 'e-1',
  messageId: 'm-1',
  tenant: 'acme',
  channel: 'email',
  lane: 'bulk',
  status: 'sent',
  final: false,
  at: '2026-11-29T09:00:00.000Z',
  source: 'email',
  hop: 1,
  attempt: 1,
  provider: 'sendgrid',
  providerMessageId: 'x',
  callId: 'c-1',
  recipients: [{ hash: 'a1', mask: 'a***@inbox.test' }],
  correlationId: 'order-1',
  tags: ['news'],
};
const failed: StatusChanged = {
  ...sent,
  status: 'failed',
  final: true,
  failure: {
    kind: 'bad-content',
    code: 'http_400',
    httpStatus: 400,
    meaning: 'It was refused.',
    remedy: 'Correct it.',
    retry: 'never',
    fields: [{ field: 'to[0].email', rule: 'must be an address' }],
  },
};

/** What may stand in a field instead of what should. */
const anything = fc.oneof(
  fc.constantFrom(undefined, null, '', ' ', 'sent', 'email', 'receipt', -1, 0, 1, 1.5, NaN, Infinity, 2 ** 60, true),
  fc.constantFrom('2026-11-29T09:00:00Z', '2026-02-31T09:00:00Z', '+010000-01-01T00:00:00Z', 'm-1', '..', 'A B'),
  fc.constantFrom<unknown>([], {}, [''], [1], [null], { hash: 'a' }, [{ hash: 'a', mask: 'b' }], new Date(0)),
  fc.string(),
);

describe('a value', () => {
  it.each([
    ['a fact about a send', StatusChanged, sent],
    ['a fact about a failure', StatusChanged, failed],
  ])('is known to hold to its schema without reading it by that: %s', (_, schema, value) => {
    expect(surelyHolds(schema, value)).toBe(true);
  });

  it.each([
    ['status.changed', StatusChanged, failed],
    ['send.planned', SendPlanned, { ...sent, at: sent.at }],
    ['inbound.received', InboundReceived, { ...sent, from: sent.recipients![0] }],
  ] as [string, z.ZodType, Record<string, unknown>][])(
    'that is said to hold to its schema is accepted by it, whatever stands in its fields: %s',
    (_, schema, value) => {
      const fields = Object.keys((schema as z.ZodObject).shape);
      fc.assert(
        fc.property(fc.dictionary(fc.constantFrom(...fields), anything, { maxKeys: 2 }), (changed) => {
          const given = { ...value, ...changed };
          if (surelyHolds(schema, given)) expect(schema.safeParse(given).success).toBe(true);
        }),
        { numRuns: 3_000 },
      );
    },
  );

  it('of a fact is judged as its schema judges it, in each of its fields', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(StatusChanged.shape)), anything, (name, value) => {
        const given = { ...failed, [name]: value };
        expect(surelyHolds(StatusChanged, given)).toBe(StatusChanged.safeParse(given).success);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is not said to hold where the schema changes it, or can only be asked as a whole', () => {
    const whole = z.looseObject({ a: z.string() }).superRefine(({ a }, context) => {
      if (a === '') context.addIssue({ code: 'custom', message: 'is empty' });
    });
    expect(surelyHolds(whole, { a: '' })).toBe(false);
    expect(surelyHolds(z.coerce.number(), '1')).toBe(false);
    expect(surelyHolds(z.union([z.string().transform(Number), z.string()]), '1')).toBe(false);
    expect(surelyHolds(z.object({ a: z.string() }), { a: '', b: 1 })).toBe(false);
    expect(surelyHolds(z.string().trim(), ' a')).toBe(false);
    expect(surelyHolds(z.looseObject({}), JSON.parse('{"__proto__": 1}'))).toBe(false);
    expect(surelyHolds(z.strictObject({ a: z.string() }), { a: '', b: 1 })).toBe(false);
    expect(surelyHolds(z.string().transform(Number), '1')).toBe(false);
  });
});

const mail = {
  messageId: 'm-1',
  to: [{ email: 'ada@inbox.test', name: 'Ada' }],
  from: { email: 'news@shop.example' },
  replyTo: { email: 'help@shop.example' },
  subject: 'Hello',
  text: 'Hello Ada',
  html: '<p>Hello</p>',
  tags: ['news'],
  metadata: { order: '17' },
  headers: { 'X-Campaign': 'spring' },
  unsubscribe: { topic: 'news' },
  tracking: { opens: true },
  expiresAt: '2030-01-31T09:00:00Z',
  correlationId: 'c-1',
  somethingNew: { deep: [1, 'x'] },
};
const sms = { messageId: 'm-1', to: '+14155550100', body: 'Hello', tags: ['news'], timeZone: 'Europe/Berlin' };

/** What may stand in a field of a request instead of what should. */
const written = fc.oneof(
  fc.constantFrom<unknown>(null, '', ' a ', 'ADA@Inbox.TEST', 'ada@bücher.example', '+112025552177', '\ud800', 'bulk'),
  fc.constantFrom<unknown>([], {}, [null], ['a', 'a'], { email: 'a@b.example' }, [{ email: 'A@B.Example' }], true, 7),
  fc.constantFrom<unknown>({ topic: 'NEWS' }, { 'X-A': 'b' }, { Subject: 'x' }, '2020-01-01T00:00:00Z', 'acme', 'x'),
  fc.jsonValue({ maxDepth: 2 }),
);

describe('a request', () => {
  it.each([
    ['an e-mail', EmailRequested, mail],
    ['an e-mail with all its own defaults', EmailRequested, { ...mail, tenant: 'acme', category: 'marketing' }],
    ['a text', SmsRequested, sms],
  ] as [string, z.ZodType, object][])('is read without zod where it is as it should be: %s', (_, schema, given) => {
    const read = readPlainly(schema, given);
    expect(read).toBeDefined();
    expect(read).toEqual(schema.parse(given));
  });

  it.each([
    ['of an e-mail', EmailRequested, mail],
    ['of a text', SmsRequested, sms],
  ] as [string, z.ZodType, object][])(
    'is read as its schema reads it or is left to that, whatever stands in the fields %s',
    (_, schema, given) => {
      const names = [
        ...Object.keys(mail),
        'body',
        'cc',
        'tenant',
        'category',
        'sendAt',
        'provider',
        'template',
        'mesageId',
      ];
      fc.assert(
        fc.property(fc.dictionary(fc.constantFrom(...names), written, { maxKeys: 2 }), (changed) => {
          const json: unknown = JSON.parse(JSON.stringify({ ...given, ...changed }));
          const plain = readPlainly(schema, json);
          if (plain === undefined) return;
          const parsed = schema.safeParse(json);
          expect(parsed.error).toBeUndefined();
          expect(plain).toEqual(parsed.data);
        }),
        { numRuns: 3_000 },
      );
    },
  );
});
