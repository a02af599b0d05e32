import { BadRecordTime, MAX_DEPTH, topics, UnreadableRecord } from '#libs/contracts';
import { aDeferred } from '#libs/testing';
import { decode, type IncomingRecord } from './record.ts';
import { describe, expect, it } from '@jest/globals';

const aRecord = (topic: IncomingRecord['topic'], value: Buffer | null): IncomingRecord => ({
  topic,
  topicName: `messaging.${topic.name}`,
  lane: 'transactional',
  partition: 0,
  offset: 1,
  key: null,
  value,
  headers: {},
  timestamp: Date.parse('2030-01-31T12:00:00Z'),
  bytes: 0,
});

/**
 * JSON with this many levels, its own object included, around a request; written without JSON.stringify, which cannot
 * write the deep ones.
 */
const nested = (request: object, levels: number, [open, close]: readonly [string, string]) =>
  Buffer.from(
    JSON.stringify({ ...request, extra: 0 }).replace(
      '"extra":0',
      `"extra":${open.repeat(levels - 1)}1${close.repeat(levels - 1)}`,
    ),
  );
const email = { messageId: 'm-1', to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'It works' };
const sms = { messageId: 'm-2', to: '+12025550123', body: 'It works' };
const lists = ['[', ']'] as const;
const objects = ['{"a":', '}'] as const;

const refusalOf = (record: IncomingRecord): UnreadableRecord => {
  try {
    decode(record);
  } catch (error) {
    if (error instanceof UnreadableRecord) return error;
    throw error;
  }
  throw new Error('it was read');
};

describe('a record whose value is nested', () => {
  it.each([
    [
      'an e-mail with 3,000 levels of objects in an unknown field',
      topics.emailRequested,
      nested(email, 3_000, objects),
      'extra',
    ],
    [
      'an SMS with 3,000 levels of objects in an unknown field',
      topics.smsRequested,
      nested(sms, 3_000, objects),
      'extra',
    ],
    ['an SMS with half a million levels of lists', topics.smsRequested, nested(sms, 500_000, lists), 'extra'],
    ['an e-mail with one level too many', topics.emailRequested, nested(email, MAX_DEPTH + 1, lists), 'extra'],
    [
      'template variables of 3,000 levels',
      topics.emailRequested,
      Buffer.from(
        '{"messageId":"m-1","to":[{"email":"ada@inbox.test"}],' +
          `"template":{"name":"welcome","variables":{"a":${'['.repeat(3_000)}${']'.repeat(3_000)}}}}`,
      ),
      'template',
    ],
    [
      'a list of 3,000 levels and nothing else',
      topics.smsRequested,
      Buffer.from('['.repeat(3_000) + ']'.repeat(3_000)),
      '(the whole value)',
    ],
    [
      'a cancellation of 3,000 levels',
      topics.cancelRequested,
      nested({ messageId: 'm-1', channel: 'sms' }, 3_000, objects),
      'extra',
    ],
    ['a hand-over of 3,000 levels', topics.sendDeferred, nested({ messageId: 'm-1' }, 3_000, lists), 'extra'],
  ])('is refused when it is %s', (_, topic, value, field) => {
    expect(refusalOf(aRecord(topic, value)).fields).toEqual([
      { field, rule: 'must have at most 64 levels of objects and arrays' },
    ]);
  });

  it.each([
    ['an e-mail', topics.emailRequested, email],
    ['an SMS', topics.smsRequested, sms],
  ])('is read when it is %s with as many levels as are allowed', (_, topic, request) => {
    expect(decode(aRecord(topic, nested(request, MAX_DEPTH, objects))).value).toMatchObject(request);
  });

  it('is read as part of a hand-over, which adds levels of its own', () => {
    const request = JSON.parse(nested(email, MAX_DEPTH, objects).toString()) as object;
    const deferred = aDeferred({ request: request as Record<string, unknown> });
    expect(decode(aRecord(topics.sendDeferred, Buffer.from(JSON.stringify(deferred)))).value).toEqual(deferred);
  });
});

describe('a record without a value', () => {
  it('is a tombstone on a compacted topic', () => {
    expect(decode(aRecord(topics.suppressionChanged, null))).toEqual({ json: null, value: null });
  });

  it('is refused on every other topic, and so are bytes that are no JSON', () => {
    expect(() => decode(aRecord(topics.emailRequested, null))).toThrow(UnreadableRecord);
    expect(() => decode(aRecord(topics.suppressionChanged, Buffer.alloc(0)))).toThrow(UnreadableRecord);
  });
});

describe('a record whose value is no UTF-8', () => {
  const latin1 = (value: object) => Buffer.from(JSON.stringify(value), 'latin1');

  it.each([
    ['an e-mail', topics.emailRequested, latin1({ ...email, subject: 'Grüße' })],
    ['an SMS', topics.smsRequested, latin1({ ...sms, body: 'Grüße' })],
    ['a cancellation', topics.cancelRequested, latin1({ messageId: 'm-1', channel: 'sms', note: 'für' })],
    ['a hand-over', topics.sendDeferred, latin1(aDeferred({ request: { note: 'für' } }))],
    ['a fact', topics.statusChanged, latin1({ reason: 'für' })],
  ])('is refused for its encoding and not as invalid JSON: %s', (_, topic, value) => {
    const at = value.indexOf(0xfc);
    const rule = `must be JSON in UTF-8: byte ${at} (counted from 0) is not UTF-8 (Latin-1 or Windows-1252?)`;
    expect(refusalOf(aRecord(topic, value))).toMatchObject({
      code: 'MSG_UNREADABLE',
      message: `the value ${rule}`,
      fields: [{ field: '(the whole value)', rule }],
    });
  });

  it('is read with a byte order mark before it', () => {
    expect(decode(aRecord(topics.emailRequested, Buffer.from(`\ufeff${JSON.stringify(email)}`))).value).toMatchObject(
      email,
    );
  });
});

describe('a request whose record has no time in milliseconds', () => {
  it.each([
    [topics.emailRequested, email, -1, 'is -1, which is none: milliseconds since 1970?'],
    [topics.smsRequested, sms, 0, 'is 0, which is none: milliseconds since 1970?'],
    [topics.emailRequested, email, 1_764_370_000, 'is 1764370000, which looks like seconds: milliseconds?'],
    [
      topics.smsRequested,
      sms,
      1_764_370_000_000_000,
      'is 1764370000000000, which looks like microseconds: milliseconds?',
    ],
    [
      topics.smsRequested,
      sms,
      1_764_370_000_000_000_000,
      'is 1764370000000000000, which looks like nanoseconds: milliseconds?',
    ],
  ])('is refused with an error of its own', (topic, value, timestamp, rule) => {
    const refusal = refusalOf({ ...aRecord(topic, Buffer.from(JSON.stringify(value))), timestamp });
    expect(refusal).toBeInstanceOf(BadRecordTime);
    expect(refusal).toMatchObject({
      code: 'MSG_RECORD_TIME',
      message: `the record's timestamp ${rule}`,
      fields: [{ field: "(the record's timestamp)", rule }],
    });
  });

  it('is accepted where the time of the record does not matter', () => {
    const cancel = { messageId: 'm-1', tenant: 'default', channel: 'sms' };
    expect(
      decode({ ...aRecord(topics.cancelRequested, Buffer.from(JSON.stringify(cancel))), timestamp: -1 }).value,
    ).toEqual(cancel);
    const deferred = aDeferred();
    expect(
      decode({ ...aRecord(topics.sendDeferred, Buffer.from(JSON.stringify(deferred))), timestamp: 0 }).value,
    ).toEqual(deferred);
  });
});
