import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { codecOf, MOST_DECOMPRESSED_BYTES, registerCodecs } from './codecs.ts';

const { GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
const types = { gzip: GZIP, snappy: Snappy, lz4: LZ4, zstd: ZSTD };
const names = Object.keys(types) as (keyof typeof types)[];
const zeros = Buffer.alloc(MOST_DECOMPRESSED_BYTES + 1);
const codec = (name: keyof typeof types) => codecOf(types[name])!;

describe.each(names)('%s', (name) => {
  it('decompresses what it compressed, whatever the bytes and their number', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 5_000 }),
      fc.nat(400_000).map((length) => randomBytes(length)),
      fc.nat(400_000).map((length) => Buffer.alloc(length, 'ab')),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (given) => {
        const buffer = Buffer.from(given);
        expect((await codec(name).decompress(await codec(name).compress({ buffer }))).equals(buffer)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('refuses bytes of another format instead of guessing', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('{"messageId":"m-1"}'), Buffer.alloc(40, 0xff)])
      await expect(codec(name).decompress(bytes)).rejects.toThrow();
  });

  it('refuses truncated data', async () => {
    const whole = await codec(name).compress({ buffer: randomBytes(200_000) });
    await expect(codec(name).decompress(whole.subarray(0, whole.length - 9))).rejects.toThrow();
  });
});

describe('a batch that would exceed the memory', () => {
  const bombs = {
    gzip: () => gzipSync(zeros),
    snappy: () => compressSync(zeros),
    lz4: () => compressFrameSync(zeros),
    zstd: () => zstdCompressSync(zeros),
  };

  it.each(names)(
    'is refused in %s',
    async (name) => {
      await expect(codec(name).decompress(bombs[name]())).rejects.toThrow(/large|larger|size/i);
    },
    60_000,
  );

  it('is refused in the framing of Java, where each block is small', async () => {
    const bomb = await codec('snappy').compress({ buffer: zeros });
    await expect(codec('snappy').decompress(bomb)).rejects.toThrow('too large');
  }, 60_000);
});

describe('kafkajs', () => {
  it('gets all codecs in one place', () => {
    registerCodecs();
    for (const name of names)
      expect((kafkajs.CompressionCodecs as Record<number, () => unknown>)[types[name]]!()).toBe(codec(name));
  });

  it('has no codec for the codes that Kafka has not assigned', () => {
    for (const type of [5, 6, 7]) expect(codecOf(type)).toBeUndefined();
  });
});
