import { MAX_DEPTH, topics, UnreadableRecord } from '#libs/contracts';
import { aDeferred } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { decode, type IncomingRecord } from './record.ts';

const aRecord = (topic: IncomingRecord['topic'], value: Buffer | null): IncomingRecord => ({ topic, topicName: `messaging.${topic.name}`, lane: 'transactional', partition: 0, offset: 1, key: null, value, headers: {}, timestamp: 0, bytes: 0 });

/** JSON of so many levels, its own object among them, around a request; without JSON.stringify, which could not write the deep ones. */
const nested = (request: object, levels: number, [open, close]: readonly [string, string]) =>
  Buffer.from(JSON.stringify({ ...request, extra: 0 }).replace('"extra":0', `"extra":${open.repeat(levels - 1)}1${close.repeat(levels - 1)}`));
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
    ['an e-mail with 3,000 levels of objects in an unknown field', topics.emailRequested, nested(email, 3_000, objects), 'extra'],
    ['an SMS with 3,000 levels of objects in an unknown field', topics.smsRequested, nested(sms, 3_000, objects), 'extra'],
    ['an SMS with half a million levels of lists', topics.smsRequested, nested(sms, 500_000, lists), 'extra'],
    ['an e-mail with one level too many', topics.emailRequested, nested(email, MAX_DEPTH + 1, lists), 'extra'],
    ['template variables of 3,000 levels', topics.emailRequested, Buffer.from(`{"messageId":"m-1","to":[{"email":"ada@inbox.test"}],"template":{"name":"welcome","variables":{"a":${'['.repeat(3_000)}${']'.repeat(3_000)}}}}`), 'template'],
    ['a list of 3,000 levels and nothing else', topics.smsRequested, Buffer.from('['.repeat(3_000) + ']'.repeat(3_000)), '(the whole value)'],
    ['a cancellation of 3,000 levels', topics.cancelRequested, nested({ messageId: 'm-1', channel: 'sms' }, 3_000, objects), 'extra'],
    ['a hand-over of 3,000 levels', topics.sendDeferred, nested({ messageId: 'm-1' }, 3_000, lists), 'extra'],
  ])('is refused when it is %s', (_, topic, value, field) => {
    expect(refusalOf(aRecord(topic, value)).fields).toEqual([{ field, rule: 'must have at most 64 levels of objects and arrays' }]);
  });

  it.each([
    ['an e-mail', topics.emailRequested, email],
    ['an SMS', topics.smsRequested, sms],
  ])('is read when it is %s of as many levels as are allowed', (_, topic, request) => {
    expect(decode(aRecord(topic, nested(request, MAX_DEPTH, objects))).value).toMatchObject(request);
  });

  it('is read as part of a hand-over, which puts levels of its own around it', () => {
    const request = JSON.parse(nested(email, MAX_DEPTH, objects).toString()) as object;
    const deferred = aDeferred({ request: request as Record<string, unknown> });
    expect(decode(aRecord(topics.sendDeferred, Buffer.from(JSON.stringify(deferred)))).value).toEqual(deferred);
  });
});

describe('a record without a value', () => {
  it('takes a word back on a compacted topic', () => {
    expect(decode(aRecord(topics.suppressionChanged, null))).toEqual({ json: null, value: null });
  });

  it('cannot be read anywhere else, nor where there are bytes that are none', () => {
    expect(() => decode(aRecord(topics.emailRequested, null))).toThrow(UnreadableRecord);
    expect(() => decode(aRecord(topics.suppressionChanged, Buffer.alloc(0)))).toThrow(UnreadableRecord);
  });
});
