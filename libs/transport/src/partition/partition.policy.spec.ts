import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { keyPartitioner } from './partition.policy.ts';

const partitions = (count: number) =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));

const place = (key: Buffer | string | null, count: number, partitioner = keyPartitioner()) =>
  partitioner({ topic: 'any', partitionMetadata: partitions(count), message: { key, value: null } });

describe('the partition of a record', () => {
  it('depends on its key as in kafkajs, and so in Java', () => {
    const theirs = kafkajs.Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (bytes, count) => {
        expect(place(Buffer.from(bytes), count)).toBe(place(Buffer.from(bytes), count, theirs));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
  ])('equals the values in the tests of the Java client: %s', (key, hash) => {
    expect(place(key, 1_000)).toBe((hash & 0x7fffffff) % 1_000);
  });

  it('rotates without a key', () => {
    const partitioner = keyPartitioner();
    expect(new Set([0, 1, 2].map(() => place(null, 3, partitioner))).size).toBe(3);
  });
});
