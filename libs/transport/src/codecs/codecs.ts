import { promisify } from 'node:util';
import { gzip, unzip, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrame } from 'lz4-napi';
import { unframeLz4 } from './lz4.ts';
import { frameSnappy, unframeSnappy } from './snappy.ts';

/**
 * What one batch may hold after decompression, in bytes. A batch that the broker takes has a few MiB at most, and mails
 * that resemble each other shrink to a fiftieth; what grows to more than this is a mistake or an attack, and would cost
 * the service its memory.
 */
export const MOST_DECOMPRESSED_BYTES = 128 * 1024 * 1024;

/** A compression of Kafka's, as kafkajs takes it. */
export interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  /** @throws where the bytes are not of this codec, or are larger than MOST_DECOMPRESSED_BYTES after it */
  decompress(bytes: Buffer): Promise<Buffer>;
}

const atMost = { maxOutputLength: MOST_DECOMPRESSED_BYTES };
const [gzipped, unzipped] = [promisify(gzip), promisify(unzip)];
const [zstdMade, zstdRead] = [promisify(zstdCompress), promisify(zstdDecompress)];

/**
 * Everything that Kafka's clients write. The packages on npm that bring codecs to kafkajs have not moved for years, or
 * need a compiler; these stand on Node's own zlib (gzip, zstd) and on two that are kept up and ship their binaries as
 * packages: snappy and lz4-napi (MIT).
 */
const codecs: Record<number, Codec> = {
  [kafkajs.CompressionTypes.GZIP]: {
    compress: ({ buffer }) => gzipped(buffer),
    decompress: (bytes) => unzipped(bytes, atMost),
  },
  [kafkajs.CompressionTypes.Snappy]: {
    compress: ({ buffer }) => frameSnappy(buffer),
    decompress: (bytes) => unframeSnappy(bytes, MOST_DECOMPRESSED_BYTES),
  },
  [kafkajs.CompressionTypes.LZ4]: {
    compress: ({ buffer }) => compressFrame(buffer),
    decompress: (bytes) => unframeLz4(bytes, MOST_DECOMPRESSED_BYTES),
  },
  [kafkajs.CompressionTypes.ZSTD]: {
    compress: ({ buffer }) => zstdMade(buffer),
    decompress: (bytes) => zstdRead(bytes, atMost),
  },
};

/** The codec of a batch by the lowest three bits of its attributes; undefined: none that Kafka knows. */
export const codecOf = (type: number): Codec | undefined => codecs[type];

/** Makes kafkajs read and write all of them, in this whole process. */
export function registerCodecs(): void {
  for (const [type, codec] of Object.entries(codecs))
    (kafkajs.CompressionCodecs as Record<string, () => Codec>)[type] = () => codec;
}
