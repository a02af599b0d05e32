import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type ProduceArguments, writeProduceRequests } from './produce-request.ts';
import type { ProducedMessage } from './record-writer.ts';

type Produce = Parameters<typeof writeProduceRequests>[0];

const load = createRequire(import.meta.url);
const table = load('kafkajs/src/protocol/requests/produce/index.js') as Produce;
const kafkajs: Produce = { protocol: table.protocol };
const ours: Produce = { protocol: table.protocol };
writeProduceRequests(ours);

const bytes = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom('', '\ud800', 'x'.repeat(63), 'x'.repeat(64), 'é'.repeat(40), 'a'.repeat(8_000), '€'.repeat(3_000)),
  fc.uint8Array({ maxLength: 600 }).map((given) => Buffer.from(given)),
);
const headers: fc.Arbitrary<ProducedMessage['headers']> = fc.option(
  fc.dictionary(
    fc.oneof(fc.string({ unit: 'binary', maxLength: 70 }), fc.constantFrom('constructor', '7', 'ce_id')),
    fc.oneof(bytes, fc.array(bytes, { maxLength: 3 })),
    { maxKeys: 12 },
  ),
  { nil: undefined },
);
const nothing = fc.constantFrom(null, undefined);
const time = fc.oneof(nothing, fc.nat(2_000_000_000_000), fc.nat(2_000_000_000_000).map(String));
const message: fc.Arbitrary<ProducedMessage> = fc.record({
  key: fc.oneof(bytes, nothing),
  value: fc.oneof(bytes, fc.constant(null)),
  headers,
  timestamp: time,
});
const timeless = message.map((each) => ({ ...each, timestamp: undefined }));
const partition = fc.record({
  partition: fc.nat(1_000),
  firstSequence: fc.nat(),
  messages: fc.oneof(
    fc.array(timeless, { minLength: 1, maxLength: 12 }),
    fc.array(message, { minLength: 1, maxLength: 4 }),
  ),
});
const asked: fc.Arbitrary<ProduceArguments> = fc.record({
  acks: fc.constantFrom(-1, 0, 1),
  timeout: fc.nat(),
  transactionalId: fc.option(fc.string({ maxLength: 20 })),
  producerId: fc.constantFrom(undefined, -1, 0, 4_711, '9007199254740993'),
  producerEpoch: fc.nat(30_000),
  compression: fc.constantFrom(undefined, 0, 1),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ unit: 'grapheme', maxLength: 40 }),
      partitions: fc.array(partition, { maxLength: 3 }),
    }),
    { maxLength: 3 },
  ),
});

const encoded = async (by: Produce, version: number, given: ProduceArguments) => {
  const encoder = await by.protocol({ version })(given).request.encode();
  return encoder.buf.subarray(0, encoder.offset).toString('hex');
};

describe('a produce request', () => {
  beforeEach(() => void jest.useFakeTimers({ now: 1_790_000_000_123, doNotFake: ['nextTick', 'setImmediate'] }));
  afterEach(() => void jest.useRealTimers());

  it('is byte for byte what kafkajs writes', async () => {
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom(3, 5, 7), async (given, version) => {
        expect(await encoded(ours, version, given)).toBe(await encoded(kafkajs, version, given));
      }),
      { numRuns: 300 },
    );
  });

  it('is the same after a request that was larger than the buffer that is kept', async () => {
    const small = { acks: -1, timeout: 1, topicData: [aTopicOf('a small one')] };
    const large = { acks: -1, timeout: 1, topicData: [aTopicOf('x'.repeat(5_000_000))] };
    for (const given of [small, large, small])
      expect(await encoded(ours, 7, given)).toBe(await encoded(kafkajs, 7, given));
  });

  it.each([
    ['a header without a value', { value: 'a', headers: { none: null } }],
    ['a header that is a number', { value: 'a', headers: { count: 7 as unknown as string } }],
    ['a key that is a number', { key: 7 as unknown as string, value: 'a' }],
  ])('is refused as before where there is %s, and the next one is written', async (_, refused: ProducedMessage) => {
    const given = {
      acks: -1,
      timeout: 1,
      topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [refused] }] }],
    };
    await expect(encoded(kafkajs, 7, given)).rejects.toMatchObject({ name: 'TypeError' });
    await expect(encoded(ours, 7, given)).rejects.toMatchObject({ name: 'TypeError' });
    const next = { ...given, topicData: [aTopicOf('good')] };
    expect(await encoded(ours, 7, next)).toBe(await encoded(kafkajs, 7, next));
  });
});

const aTopicOf = (value: string) => ({ topic: 't', partitions: [{ partition: 0, messages: [{ key: 'k', value }] }] });
