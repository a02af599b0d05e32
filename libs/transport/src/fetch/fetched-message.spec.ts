import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { topics } from '#libs/contracts';
import { aBatch, altered } from '../../test/a-batch.ts';
import { codecOf, registerCodecs } from '../codecs/codecs.ts';
import { ByteWriter } from '../produce/byte-writer.ts';
import { toRecord } from '../record/record.ts';
import { readRecordSet } from './record-set.ts';

type Decode = (decoder: object) => Promise<{ records: KafkaMessage[] }>;

registerCodecs();
const load = createRequire(import.meta.url);
const decode = load('kafkajs/src/protocol/recordBatch/v0/decoder.js') as Decode;
const Decoder = load('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;

interface Written {
  key: Buffer | null;
  value: Buffer | null;
  headers: [name: string, value: Buffer | null][];
}

const some = fc.uint8Array({ maxLength: 100 }).map((given) => Buffer.from(given));
const bytes = fc.option(fc.oneof(some, fc.constantFrom(Buffer.from('email'), Buffer.alloc(70, 'é'), Buffer.alloc(0))));
// kafkajs treats a header named like a property of every object as one that it has read already.
const name = fc
  .oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.constantFrom('', 'ce_id', 'ce_time', 'traceparent', 'é'))
  .filter((each) => !(each in {}));
const record: fc.Arbitrary<Written> = fc.record({
  key: bytes,
  value: bytes,
  headers: fc.oneof(
    fc.array(fc.tuple(name, bytes), { maxLength: 12 }),
    fc.array(fc.tuple(fc.constantFrom('twice', 'once'), bytes), { maxLength: 6 }),
  ),
});

/** Records as other clients may write them: kafkajs itself writes no header without a value. */
function bodyOf(records: readonly Written[]): Buffer {
  const to = new ByteWriter();
  for (const [index, { key, value, headers }] of records.entries()) {
    const start = to.leave(2);
    to.int8(0);
    to.varint(index * 1_000);
    to.varint(index);
    to.sized(key);
    to.sized(value);
    to.varint(headers.length);
    for (const [each, its] of headers) {
      to.sized(each);
      to.sized(its);
    }
    to.setLength(start, 2);
  }
  return to.copy();
}

async function written(records: readonly Written[], codec: number, firstOffset: number): Promise<Buffer> {
  const empty = await aBatch({ firstOffset, records: records.map(() => ({ key: null, value: null })) });
  const body = bodyOf(records);
  const packed = codec === 0 ? body : await codecOf(codec)!.compress({ buffer: body });
  return altered(empty, { codec, body: packed, count: records.length });
}

/** kafkajs returns a plain object; this reader computes some fields on access. */
const all = (message: KafkaMessage) => {
  const { timestamp, offset, key, value, headers, attributes } = message;
  const { magicByte, isControlRecord } = message as unknown as Record<string, unknown>;
  return { timestamp, offset, key, value, attributes, magicByte, isControlRecord, headers: Object.entries(headers!) };
};

describe('a fetched record', () => {
  it('equals what kafkajs decodes', async () => {
    const codec = fc.constantFrom(
      ...Object.values(kafkajs.CompressionTypes).filter((type) => typeof type === 'number'),
    );
    const records = fc.array(record, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(records, codec, fc.nat(2 ** 40), async (given, type, firstOffset) => {
        const batch = await written(given, type, firstOffset);
        const { records: expected } = await decode(new Decoder(batch));
        const set = { fetchOffset: firstOffset, highWatermark: 2 ** 41, abortedTransactions: [], bytes: batch };
        expect((await readRecordSet(set)).map(all)).toEqual(expected.map(all));
      }),
      { numRuns: 200 },
    );
  });

  it('has the first value of each header as text, equal to that decoded by kafkajs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 8 }), async (given) => {
        const batch = await written(given, 0, 0);
        const { records: expected } = await decode(new Decoder(batch));
        const set = { fetchOffset: 0, highWatermark: 100, abortedTransactions: [], bytes: batch };
        const texts = (messages: readonly KafkaMessage[]) =>
          messages.map((each) => toRecord(topics.statusChanged, 't', 'bulk', 0, each).headers);
        expect(texts(await readRecordSet(set))).toEqual(texts(expected));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps headers named like a property of every object', async () => {
    const headers: Written['headers'] = ['constructor', '__proto__', 'toString'].map((each) => [
      each,
      Buffer.from('a'),
    ]);
    const bytes = await written([{ key: null, value: null, headers }], 0, 0);
    const [read] = await readRecordSet({ fetchOffset: 0, highWatermark: 100, abortedTransactions: [], bytes });
    expect(Object.keys(read!.headers!)).toEqual(['constructor', '__proto__', 'toString']);
    const texts = toRecord(topics.statusChanged, 't', 'bulk', 0, read!).headers;
    expect(Object.entries(texts)).toEqual([
      ['constructor', 'a'],
      ['toString', 'a'],
    ]);
  });
});
