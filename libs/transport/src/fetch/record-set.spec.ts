import { deflateRawSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { aBatch, altered, aMarker, withCrc, type WrittenRecord } from '../../test/a-batch.ts';
import { registerCodecs } from '../codecs/codecs.ts';
import { type FetchedPartition, readRecordSet } from './record-set.ts';
import type { UnreadMessage } from './unread.ts';

registerCodecs();
const { None, GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
const codecs = [None, GZIP, Snappy, LZ4, ZSTD];

const fetched = (bytes: Buffer, more: Partial<FetchedPartition> = {}): FetchedPartition => ({
  fetchOffset: 0,
  highWatermark: 1_000,
  abortedTransactions: [],
  bytes,
  ...more,
});
const texts = (...values: string[]): WrittenRecord[] => values.map((value) => ({ key: 'k', value }));
/** What handlers would get: without control records and placeholders of batches. */
const shown = (messages: readonly UnreadMessage[]) =>
  messages.filter((message) => !message.undecodable && !(message as { isControlRecord?: boolean }).isControlRecord);
const seen = (messages: readonly UnreadMessage[]) =>
  shown(messages).map(({ offset, value }) => `${offset}:${value?.toString()}`);
const faults = (messages: readonly UnreadMessage[]) =>
  messages.flatMap(({ undecodable: batch }) =>
    batch ? [`${batch.fault} ${batch.firstOffset}-${batch.lastOffset}`] : [],
  );

describe('the records of a partition', () => {
  it('are decoded as they were written, whatever the codec, key, value and headers', async () => {
    const bytes = fc.option(
      fc.uint8Array({ maxLength: 300 }).map((given) => Buffer.from(given)),
      { nil: null },
    );
    const headers = fc.dictionary(
      fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('constructor', 'toString')),
      fc.string(),
    );
    const batch = fc.record({
      compression: fc.constantFrom(...codecs),
      records: fc.array(fc.record({ key: bytes, value: bytes, headers }), { minLength: 1, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 4 }), async (batches) => {
        const records = batches.flatMap((each) => each.records);
        let firstOffset = 0;
        const written: Buffer[] = [];
        for (const each of batches) {
          written.push(await aBatch({ ...each, firstOffset }));
          firstOffset += each.records.length;
        }
        const read = shown(await readRecordSet(fetched(Buffer.concat(written))));
        expect(read.map(({ offset }) => Number(offset))).toEqual(records.map((_, index) => index));
        expect(read.map(({ key, value }) => [key?.toString('hex'), value?.toString('hex')])).toEqual(
          records.map(({ key, value }) => [key?.toString('hex'), value?.toString('hex')]),
        );
        expect(
          read.map((each) =>
            Object.fromEntries(Object.entries(each.headers ?? {}).map(([name, value]) => [name, String(value)])),
          ),
        ).toEqual(records.map((each) => ({ ...each.headers })));
      }),
      { numRuns: 60 },
    );
  });

  it('keep their timestamps, whether the producer or the broker set them', async () => {
    const batch = await aBatch({ firstOffset: 0, records: texts('a', 'b'), firstTimestamp: 1_700_000_000_123 });
    expect((await readRecordSet(fetched(batch))).map(({ timestamp }) => timestamp)).toEqual([
      '1700000000123',
      '1700000000124',
    ]);
    batch.writeInt16BE(0x08, 21);
    batch.writeBigInt64BE(1_800_000_000_000n, 35);
    expect((await readRecordSet(fetched(withCrc(batch)))).map(({ timestamp }) => timestamp)).toEqual([
      '1800000000000',
      '1800000000000',
    ]);
  });

  it('give several headers of one name as a list', async () => {
    const batch = await aBatch({
      firstOffset: 0,
      records: [{ key: null, value: 'a', headers: { trace: ['one', 'two'] } }],
    });
    expect((await readRecordSet(fetched(batch)))[0]!.headers!['trace']).toEqual([
      Buffer.from('one'),
      Buffer.from('two'),
    ]);
  });

  it('do not include a last batch that is cut off, which is left to the next fetch', async () => {
    const [first, second] = [
      await aBatch({ firstOffset: 0, records: texts('a') }),
      await aBatch({ firstOffset: 1, records: texts('b') }),
    ];
    for (const cut of [1, 20, second.length - 1])
      expect(await readRecordSet(fetched(Buffer.concat([first, second.subarray(0, cut)])))).toMatchObject([
        { offset: '0' },
      ]);
  });

  it('are requested again later where not even the first batch is complete', async () => {
    const batch = await aBatch({ firstOffset: 5, records: texts('a') });
    expect(await readRecordSet(fetched(batch.subarray(0, batch.length - 3), { fetchOffset: 5 }))).toMatchObject([
      { offset: '5', stuck: { error: 'INCOMPLETE_BATCH' } },
    ]);
  });

  it('are passed by the offset where compaction has left nothing of a batch', async () => {
    const batch = altered(await aBatch({ firstOffset: 7, records: texts('a', 'b', 'c') }), {
      body: Buffer.alloc(0),
      count: 0,
    });
    expect(await readRecordSet(fetched(batch, { fetchOffset: 7 }))).toMatchObject([
      { offset: '9', isControlRecord: true },
    ]);
  });
});

describe('transactions', () => {
  const set = async () =>
    Buffer.concat([
      await aBatch({ firstOffset: 0, producerId: 7, transactional: true, records: texts('given up') }),
      await aBatch({ firstOffset: 1, records: texts('beside') }),
      await aBatch({
        firstOffset: 2,
        producerId: 8,
        transactional: true,
        compression: ZSTD,
        records: [{ key: Buffer.alloc(4), value: 'kept' }],
      }),
      await aMarker(3, 7, false),
      await aMarker(4, 8, true),
      await aBatch({ firstOffset: 5, producerId: 7, transactional: true, records: texts('meant this time') }),
      await aMarker(6, 7, true),
    ]);

  it('return what was committed, and not what was aborted', async () => {
    const read = await readRecordSet(
      fetched(await set(), { abortedTransactions: [{ producerId: '7', firstOffset: 0 }] }),
    );
    expect(seen(read)).toEqual(['1:beside', '2:kept', '5:meant this time']);
  });

  it('return nothing of an aborted one that looks like the marker of its end', async () => {
    const bytes = Buffer.concat([
      await aBatch({
        firstOffset: 0,
        producerId: 7,
        transactional: true,
        records: [{ key: Buffer.alloc(4), value: 'a key of four zero bytes' }, ...texts('given up')],
      }),
      await aMarker(2, 7, false),
    ]);
    expect(
      seen(await readRecordSet(fetched(bytes, { abortedTransactions: [{ producerId: '7', firstOffset: 0 }] }))),
    ).toEqual([]);
  });

  it('quarantine nothing that was aborted', async () => {
    const bytes = Buffer.concat([
      altered(await aBatch({ firstOffset: 0, producerId: 7, transactional: true, records: texts('given up') }), {
        codec: 6,
      }),
      await aMarker(1, 7, false),
    ]);
    const read = await readRecordSet(fetched(bytes, { abortedTransactions: [{ producerId: '7', firstOffset: 0 }] }));
    expect(faults(read)).toEqual([]);
    expect(read.at(-1)).toMatchObject({ offset: '1' });
  });
});

describe('a batch that cannot be decoded', () => {
  const between = async (middle: Buffer) =>
    Buffer.concat([
      await aBatch({ firstOffset: 0, records: texts('before') }),
      middle,
      await aBatch({ firstOffset: 4, compression: Snappy, records: texts('after') }),
    ]);
  const middle = (compression = None) => aBatch({ firstOffset: 1, compression, records: texts('a', 'b', 'c') });

  it.each([5, 6, 7])(
    'for the unknown codec %d is left out by its offsets, and the others are decoded',
    async (codec) => {
      const bad = altered(await middle(), { codec });
      const read = await readRecordSet(fetched(await between(bad)));
      expect(seen(read)).toEqual(['0:before', '4:after']);
      expect(faults(read)).toEqual(['codec 1-3']);
      expect(read.find(({ undecodable }) => undecodable)!.undecodable!.bytes.equals(bad)).toBe(true);
    },
  );

  it.each([3, 4, 127, -7])('for the unknown format %d is left out up to the next batch', async (magic) => {
    const bad = await middle();
    bad.writeInt8(magic, 16);
    const read = await readRecordSet(fetched(await between(bad)));
    expect(seen(read)).toEqual(['0:before', '4:after']);
    expect(faults(read)).toEqual(['magic 1-3']);
  });

  it.each([
    ['bytes of another codec', ZSTD, deflateRawSync('not zstd')],
    ['nothing at all', LZ4, Buffer.alloc(0)],
    ['noise', Snappy, Buffer.alloc(50, 0xfe)],
    ['plain text', GZIP, Buffer.from('{"messageId":"m-1"}')],
  ])('for %s in place of the compressed data is left out', async (_, codec, body) => {
    const read = await readRecordSet(fetched(await between(altered(await middle(codec), { body }))));
    expect(seen(read)).toEqual(['0:before', '4:after']);
    expect(faults(read)).toEqual(['compression 1-3']);
  });

  it.each([
    ['more records than there are', { count: 4 }],
    ['fewer records than there are', { count: 2 }],
    ['a number of records that would fill the memory', { count: 2 ** 31 - 1 }],
    ['a negative number of records', { count: -1 }],
    ['noise in a good frame', { codec: ZSTD, body: zstdCompressSync(Buffer.from('no record of Kafka')) }],
    ['a record longer than the batch', { body: Buffer.from([0x7e, 0, 0, 0, 1, 1, 0]), count: 1 }],
    ['a record of negative length', { body: Buffer.from([0x03, 0, 0, 0, 1, 1, 0]), count: 1 }],
    ['a key longer than its record', { body: Buffer.from([12, 0, 0, 0, 0x7e, 1, 0]), count: 1 }],
    ['a header without a name', { body: Buffer.from([16, 0, 0, 0, 1, 1, 2, 1, 1]), count: 1 }],
    ['a number that does not end', { body: Buffer.alloc(40, 0xff), count: 1 }],
    ['an offset outside of the batch', { body: Buffer.from([12, 0, 0, 0x40, 1, 1, 0]), count: 1 }],
  ])('for %s is left out', async (_, how) => {
    const read = await readRecordSet(fetched(await between(altered(await middle(), how))));
    expect(seen(read)).toEqual(['0:before', '4:after']);
    expect(faults(read)).toEqual(['records 1-3']);
  });

  it('never yields a changed record, nor skips a good one, whichever byte of it is wrong', async () => {
    for (const compression of [None, Snappy]) {
      const good = await middle(compression);
      for (let at = 0; at < good.length; at += 1) {
        for (const flip of [0x01, 0x80]) {
          const bad = Buffer.from(good);
          bad[at]! ^= flip;
          const read = await readRecordSet(fetched(await between(bad), { highWatermark: 5 }));
          const text = seen(read);
          expect(text[0]).toBe('0:before');
          for (const each of text) expect(['0:before', '1:a', '2:b', '3:c', '4:after']).toContain(each);
          // Either it was decoded, or it is requested next.
          const end = Number(read.at(-1)!.offset);
          expect(text.includes('4:after') || end < 4).toBe(true);
          // The batch in the middle never disappears silently.
          const reported = faults(read).length > 0;
          expect(text.includes('1:a') || reported || end < 1).toBe(true);
        }
      }
    }
  });

  it('never throws, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (noise) => {
        const read = await readRecordSet(fetched(Buffer.from(noise), { fetchOffset: 3 }));
        for (const { offset } of read) expect(Number(offset)).toBeGreaterThanOrEqual(3);
      }),
      { numRuns: 500 },
    );
  });

  it('at the end of the log has the length in its header if that is possible, else one offset', async () => {
    const bad = altered(await middle(), { codec: 7 });
    expect(faults(await readRecordSet(fetched(bad, { fetchOffset: 1, highWatermark: 4 })))).toEqual(['codec 1-3']);
    bad.writeInt32BE(99, 23);
    expect(faults(await readRecordSet(fetched(bad, { fetchOffset: 1, highWatermark: 4 })))).toEqual(['crc 1-1']);
  });

  it('counts from the requested offset where its first records were read before', async () => {
    expect(
      faults(await readRecordSet(fetched(altered(await middle(), { codec: 7 }), { fetchOffset: 2, highWatermark: 4 }))),
    ).toEqual(['codec 2-3']);
  });
});
