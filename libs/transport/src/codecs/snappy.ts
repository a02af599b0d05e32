import { compress, uncompress } from 'snappy';

/**
 * Java's clients write snappy in blocks with a header of their own (snappy-java's SnappyOutputStream); others, such as
 * librdkafka, write one raw block. Both are read; the first is written, since every client can read it.
 */
const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const VERSION = 1;
/** Magic, version and oldest compatible version. */
const HEADER_BYTES = MAGIC.length + 8;
const BLOCK_BYTES = 64 * 1024;

/** Compresses into the format of Java's clients. */
export async function frameSnappy(bytes: Buffer): Promise<Buffer> {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeInt32BE(VERSION, MAGIC.length);
  header.writeInt32BE(VERSION, MAGIC.length + 4);
  const parts: Buffer[] = [header];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = await compress(bytes.subarray(at, at + BLOCK_BYTES));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** @throws where the bytes are not snappy, or would decompress to more than `most` bytes */
export async function unframeSnappy(bytes: Buffer, most: number): Promise<Buffer> {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return block(bytes, most);
  const parts: Buffer[] = [];
  let left = most;
  for (let at = HEADER_BYTES; at < bytes.length;) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > bytes.length)
      throw new RangeError('a block of snappy is longer than what is there');
    const part = await block(bytes.subarray(at, at + length), left);
    left -= part.length;
    parts.push(part);
    at += length;
  }
  return Buffer.concat(parts);
}

async function block(bytes: Buffer, most: number): Promise<Buffer> {
  if (lengthOf(bytes) > most) throw new RangeError('snappy that is too large');
  return Buffer.from((await uncompress(bytes)) as Buffer);
}

/** A block begins with its length after decompression, as a varint. */
function lengthOf(bytes: Buffer): number {
  let length = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = bytes.readUInt8(at);
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length;
  }
  throw new RangeError('snappy without a length');
}
