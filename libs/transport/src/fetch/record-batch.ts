import { crc32c } from '@node-rs/crc32';
import { codecOf } from '../codecs/codecs.ts';
import { FetchedMessage } from './fetched-message.ts';
import type { HeaderSkip } from './header-skip.ts';
import { RecordReader } from './record-reader.ts';
import { Fault, skippedUpTo, type UnreadMessage } from './unread.ts';

/** The header before the records of a batch of format 2 (Kafka 0.11 and later). */
export const HEADER_BYTES = 61;
/** Offset and length come first, in every format; the length counts the bytes after it. */
export const FRAME_BYTES = 12;
export const MAGIC_AT = 16;

const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const CODEC_MASK = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
/** A control record that aborts a transaction: version 0, type 0. */
const ABORT_MARKER = Buffer.from([0, 0, 0, 0]);

/** The fields of a batch's header that are used here. */
export interface BatchHeader {
  baseOffset: number;
  lastOffsetDelta: number;
  attributes: number;
  transactional: boolean;
  control: boolean;
  producerId: string;
}

/** Reads the header of any bytes that are long enough; its values are only valid if the batch's CRC matches. */
export function headerOf(batch: Buffer): BatchHeader {
  const attributes = batch.readInt16BE(ATTRIBUTES_AT);
  return {
    baseOffset: Number(batch.readBigInt64BE(0)),
    lastOffsetDelta: batch.readInt32BE(23),
    attributes,
    transactional: (attributes & TRANSACTIONAL) !== 0,
    control: (attributes & CONTROL) !== 0,
    producerId: String(batch.readBigInt64BE(43)),
  };
}

/**
 * kafkajs does not verify checksums. This check costs about 1 µs a KB with this library, which uses an instruction of
 * the processor (kafkajs's JavaScript implementation, made for producing: 11 µs). Kafka's own consumers check by
 * default, too.
 * @throws Fault
 */
export function requireCrc(batch: Buffer): void {
  if (crc32c(batch.subarray(ATTRIBUTES_AT)) !== batch.readUInt32BE(CRC_AT))
    throw new Fault('crc', 'the checksum does not fit the bytes');
}

/**
 * @param skip decides which records are skipped: each run of them becomes one message without content, at the last of
 * their offsets
 * @throws Fault where the batch cannot be decoded
 */
export async function decodeRecords(batch: Buffer, header: BatchHeader, skip?: HeaderSkip): Promise<UnreadMessage[]> {
  // Compaction may leave only the header of a batch, because it contains the state of its producer.
  if (batch.length === HEADER_BYTES && batch.readInt32BE(57) === 0) return [];
  const bytes = await decompressed(batch.subarray(HEADER_BYTES), header.attributes & CODEC_MASK);
  const base = Number(batch.readBigInt64BE(27));
  const appended = header.attributes & LOG_APPEND_TIME ? Number(batch.readBigInt64BE(35)) : undefined;
  const context = { inTransaction: header.transactional, producerId: header.producerId };
  const reader = new RecordReader(bytes, batch.readInt32BE(57));
  const messages: UnreadMessage[] = [];
  let skipped: number | undefined;
  while (reader.next()) {
    const { offsetDelta, timestampDelta } = reader;
    if (offsetDelta < 0 || offsetDelta > header.lastOffsetDelta)
      throw new Fault('records', 'a record stands outside of its batch');
    const offset = header.baseOffset + offsetDelta;
    if (skip?.skips(reader) && !header.control) skipped = offset;
    else {
      if (skipped !== undefined) messages.push(skippedUpTo(skipped));
      skipped = undefined;
      messages.push(
        new FetchedMessage(reader, offset, appended ?? base + timestampDelta, header.control, context) as UnreadMessage,
      );
    }
  }
  if (skipped !== undefined) messages.push(skippedUpTo(skipped));
  return messages;
}

export const isAbortMarker = ({ key }: UnreadMessage): boolean => key !== null && key.equals(ABORT_MARKER);

async function decompressed(bytes: Buffer, type: number): Promise<Buffer> {
  if (type === 0) return bytes;
  const codec = codecOf(type);
  if (!codec) throw new Fault('codec', `the codec ${type} is not known`);
  try {
    return await codec.decompress(bytes);
  } catch {
    throw new Fault('compression', `the bytes cannot be decompressed by codec ${type}`);
  }
}
