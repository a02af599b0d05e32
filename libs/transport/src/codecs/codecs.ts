import { promisify } from 'node:util';
import { gzip, unzip, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrame } from 'lz4-napi';
import { unframeLz4 } from './lz4.ts';
import { frameSnappy, unframeSnappy } from './snappy.ts';

/**
 * Maximum size of a batch after decompression, in bytes. A batch that the broker accepts has a few MiB at most, and
 * similar mails shrink to a fiftieth. A batch that expands beyond this is a mistake or an attack, and would exhaust the
 * service's memory.
 */
export const MOST_DECOMPRESSED_BYTES = 128 * 1024 * 1024;

/** A compression codec of Kafka's, in kafkajs's form. */
export interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  /** @throws where the bytes are not of this codec, or exceed MOST_DECOMPRESSED_BYTES after decompression */
  decompress(bytes: Buffer): Promise<Buffer>;
}

const atMost = { maxOutputLength: MOST_DECOMPRESSED_BYTES };
const [gzipped, unzipped] = [promisify(gzip), promisify(unzip)];
const [zstdMade, zstdRead] = [promisify(zstdCompress), promisify(zstdDecompress)];

/**
 * All codecs of Kafka's clients. The npm packages with codecs for kafkajs are unmaintained or need a compiler. These
 * use Node's own zlib (gzip, zstd) and two maintained packages with prebuilt binaries: snappy and lz4-napi (MIT).
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

/** The codec of a batch by the lowest three bits of its attributes; undefined: unknown to Kafka. */
export const codecOf = (type: number): Codec | undefined => codecs[type];

/** Registers all codecs in kafkajs, for this whole process. */
export function registerCodecs(): void {
  for (const [type, codec] of Object.entries(codecs))
    (kafkajs.CompressionCodecs as Record<string, () => Codec>)[type] = () => codec;
}
