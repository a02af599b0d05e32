import { nearestInstant } from '#libs/contracts';
import fc from 'fast-check';

const DAY_MS = 86_400_000;
/** When the records of the requests arrived, ms since 1970. */
export const noon = Date.parse('2030-01-31T12:00:00Z');

/** A time as upstream may write it: in any time zone, to the second or finer. */
const written = (at: fc.Arbitrary<number>): fc.Arbitrary<string> =>
  fc.tuple(at, fc.integer({ min: -14 * 60, max: 14 * 60 })).map(([ms, offset]) => {
    const local = nearestInstant(ms + offset * 60_000).slice(0, -1);
    const two = (number: number) => String(Math.trunc(Math.abs(number))).padStart(2, '0');
    return `${local}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
  });

const near = fc.integer({ min: -2 * DAY_MS, max: 50 * DAY_MS }).map((ms) => noon + ms);
const far = fc.integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') });

/** Valid times, times too far ahead, and times at or beyond the limits. */
const instant = fc.oneof(
  { weight: 6, arbitrary: written(near) },
  { weight: 1, arbitrary: written(far) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '9999-12-31T23:59:59-14:00',
      '9999-12-31T23:59:59.999Z',
      '0001-01-01T00:00:00+14:00',
      '0001-01-01T00:00:00Z',
      '0000-01-01T00:00:00Z',
      '2030-02-01T12:00Z',
    ),
  },
);

/** Any text, with lone surrogates and NUL. */
const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom('\ud800', 'a\0b', '\u2028', '𝄞', 'x'.repeat(64)) },
);

/** This many levels of lists and objects. */
const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

const anything = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 55, max: 70 }).map(nested) },
  { weight: 1, arbitrary: fc.constantFrom(1e20, 1e300, -0, 5e-324) },
);

const envelope = {
  messageId: fc.string({ unit: fc.constantFrom(...'aZ09._:-'), maxLength: 199 }).map((rest) => `m${rest}`),
  tenant: fc.constantFrom('default', 'acme', 'a'.repeat(64)),
  category: fc.constantFrom('transactional', 'marketing'),
  sendAt: instant,
  expiresAt: instant,
  timeZone: fc.constantFrom('Europe/Berlin', 'UTC'),
  correlationId: text,
  tags: fc.array(text, { maxLength: 3 }),
  metadata: fc.dictionary(text, text, { maxKeys: 3 }),
  provider: fc.constantFrom('sendgrid', 'resend', 'twilio'),
  note: anything,
};

const template = (names: readonly string[]) =>
  fc.record(
    {
      name: fc.constantFrom(...names),
      variables: fc.dictionary(fc.string({ maxLength: 8 }), anything, { maxKeys: 3 }),
    },
    { requiredKeys: ['name'] },
  );
const box = fc.record(
  { email: fc.constantFrom('ada@inbox.test', 'bob@inbox.test', 'cyd@bücher.example'), name: text, note: anything },
  { requiredKeys: ['email'] },
);

/** Requests for an e-mail: most are valid, some break a rule. */
export const emails = fc
  .record(
    {
      ...envelope,
      to: fc.uniqueArray(box, { minLength: 1, maxLength: 3, selector: ({ email }) => email }),
      subject: text,
      text,
      template: template(['welcome', 'd-0123', 'sendgrid:d-1']),
      headers: fc.dictionary(fc.constantFrom('X-A', 'X-B'), text),
    },
    { requiredKeys: ['messageId', 'to'] },
  )
  .map(({ template: named, ...mail }) =>
    named && mail.subject === undefined && mail.text === undefined
      ? { ...mail, template: named }
      : { subject: 'Hello', text: 'It works', ...mail },
  );

/** Requests for a text: most are valid, some break a rule. */
export const texts = fc
  .record(
    {
      ...envelope,
      to: fc.constantFrom('+12025550123', '+4915123456789'),
      body: text,
      kind: fc.constantFrom('sms', 'whatsapp'),
      contentTemplate: template(['HX1', 'order-shipped']),
    },
    { requiredKeys: ['messageId', 'to'] },
  )
  .map((sms) => (sms.kind === 'whatsapp' ? sms : { body: 'It works', ...sms, contentTemplate: undefined }));
