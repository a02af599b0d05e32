import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Encoder, type EncoderClass, writeInPlace } from './kafkajs/patches/encoder.ts';

interface KafkaRecord {
  offsetDelta: number;
  timestampDelta: number;
  key: Buffer | string | null;
  value: Buffer | string | null;
  headers: Record<string, string | Buffer | string[]>;
}
type Written = Omit<Encoder, 'writeVarLong'> & {
  buffer: Buffer;
  writeVarInt(value: number): Written;
  writeVarLong(value: unknown): Written;
  writeArray(of: Encoder[], type: 'object'): Written;
};

const load = createRequire(import.meta.url);
const kafkajs = load('kafkajs/src/protocol/encoder.js') as EncoderClass & (new () => Written);
const recordOf = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: KafkaRecord) => Written;

const bytes = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.uint8Array({ maxLength: 600 }).map((given) => Buffer.from(given)),
);
const header = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.uint8Array({ maxLength: 300 }).map((given) => Buffer.from(given)),
  fc.array(fc.string(), { maxLength: 3 }),
);
const record: fc.Arbitrary<KafkaRecord> = fc.record({
  offsetDelta: fc.nat(100_000),
  timestampDelta: fc.integer({ min: 0, max: 2 ** 40 }),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 40 }), header, { maxKeys: 12 }),
});
const numbers = [
  0,
  1,
  -1,
  63,
  64,
  -64,
  -65,
  127,
  128,
  16_383,
  16_384,
  2 ** 21,
  2 ** 28,
  2 ** 30 - 1,
  2 ** 30,
  2 ** 31 - 1,
  -(2 ** 31),
];
const longs = [...numbers, 2 ** 31, 2 ** 40, -(2 ** 40)];

/** Records as a batch holds them, and numbers at the edges of what a byte more is for. */
const written = (batches: readonly KafkaRecord[][]): string[] => [
  ...batches.map((batch) => new kafkajs().writeArray(batch.map(recordOf), 'object').buffer.toString('hex')),
  ...numbers.map((number) => new kafkajs().writeVarInt(number).buffer.toString('hex')),
  ...longs.map(
    (number) => `${new kafkajs().writeVarLong(number).buffer.toString('hex')} ${kafkajs.sizeOfVarLong(number)}`,
  ),
];

describe('records written in place', () => {
  const batches = fc.sample(fc.array(record, { minLength: 1, maxLength: 20 }), 300);
  const before = written(batches);

  it('are byte for byte what kafkajs writes by itself, one after another', () => {
    writeInPlace(kafkajs);
    const after = written(batches);
    expect(after.length).toBe(before.length);
    expect(after.findIndex((bytes, index) => bytes !== before[index])).toBe(-1);
  });

  it('are refused as before where they are none', () => {
    expect(() => new kafkajs().writeArray([{} as Encoder], 'object')).toThrow(
      'all values should be an instance of Encoder[]',
    );
  });
});
