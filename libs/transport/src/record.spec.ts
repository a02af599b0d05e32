import { topics, UnreadableRecord } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { decode, type IncomingRecord } from './record.ts';

const aRecord = (topic: IncomingRecord['topic'], value: Buffer | null): IncomingRecord => ({ topic, topicName: `messaging.${topic.name}`, lane: 'transactional', partition: 0, offset: 1, key: null, value, headers: {}, timestamp: 0, bytes: 0 });

describe('a record without a value', () => {
  it('takes a word back on a compacted topic', () => {
    expect(decode(aRecord(topics.suppressionChanged, null))).toEqual({ json: null, value: null });
  });

  it('cannot be read anywhere else, nor where there are bytes that are none', () => {
    expect(() => decode(aRecord(topics.emailRequested, null))).toThrow(UnreadableRecord);
    expect(() => decode(aRecord(topics.suppressionChanged, Buffer.alloc(0)))).toThrow(UnreadableRecord);
  });
});
