import { decompressFrame } from 'lz4-napi';

const MAGIC = 0x184d2204;
/** LZ4's maximum ratio: one byte of a match length represents at most 255 bytes. */
const MOST_PER_BYTE = 255;
/** Bits of the frame's flags (LZ4 frame format 1.6). */
const DICTIONARY_ID = 0x01;
const CONTENT_CHECKSUM = 0x04;
const CONTENT_SIZE = 0x08;
const BLOCK_CHECKSUMS = 0x10;
/** Bits 4 to 6 of the descriptor: the values 4 to 7 mean blocks of 64 KiB, 256 KiB, 1 MiB and 4 MiB. */
const blockBytes = (descriptor: number): number => 2 ** (8 + 2 * ((descriptor >> 4) & 7));

/** @throws where the bytes are not exactly one LZ4 frame, or could decompress to more than `most` bytes */
export async function unframeLz4(bytes: Buffer, most: number): Promise<Buffer> {
  if (boundOf(bytes) > most) throw new RangeError('lz4 that is too large');
  return decompressFrame(bytes);
}

/**
 * An upper limit of the decompressed size. The library has none, and a frame need not state its size, but its blocks
 * do.
 */
function boundOf(bytes: Buffer): number {
  if (bytes.readUInt32LE(0) !== MAGIC) throw new RangeError('not an LZ4 frame');
  const flags = bytes.readUInt8(4);
  const largest = blockBytes(bytes.readUInt8(5));
  let at = 7 + (flags & CONTENT_SIZE ? 8 : 0) + (flags & DICTIONARY_ID ? 4 : 0);
  let bound = 0;
  for (let length = lengthAt(bytes, at); length > 0; length = lengthAt(bytes, at)) {
    bound += Math.min(largest, length * MOST_PER_BYTE);
    at += 4 + length + (flags & BLOCK_CHECKSUMS ? 4 : 0);
  }
  if (at + 4 + (flags & CONTENT_CHECKSUM ? 4 : 0) !== bytes.length)
    throw new RangeError('an LZ4 frame of another length');
  return bound;
}

/** The highest bit marks a block that is not compressed. */
const lengthAt = (bytes: Buffer, at: number) => bytes.readUInt32LE(at) & 0x7fffffff;
