import { createRequire } from 'node:module';
import type { KafkaMessage } from 'kafkajs';
import {
  decodeRecords,
  FRAME_BYTES,
  HEADER_BYTES,
  headerOf,
  isAbortMarker,
  MAGIC_AT,
  requireCrc,
  type BatchHeader,
} from './record-batch.ts';
import type { HeaderSkip } from './header-skip.ts';
import { Fault, filler, stuckAt, type UndecodableBatch, type UnreadMessage } from './unread.ts';

/** The broker's response for one partition. */
export interface FetchedPartition {
  fetchOffset: number;
  /** Just after the last record of the log: no valid offset is this high. */
  highWatermark: number;
  /** Ordered by their first offsets. */
  abortedTransactions: readonly { producerId: string; firstOffset: number }[];
  bytes: Buffer;
  /** Which records are skipped; undefined: none. */
  skip?: HeaderSkip | undefined;
}

/** Formats before 0.11, which brokers before 4.0 may still return. */
const LEGACY = [0, 1];
const load = createRequire(import.meta.url);

/**
 * The records of a partition, in order. A batch that cannot be decoded is represented by one message without content,
 * at the last of its offsets: the batches beside it are decoded, and kafkajs continues after it. Batches of aborted
 * transactions are left out without being decoded.
 */
export async function readRecordSet(fetched: FetchedPartition): Promise<UnreadMessage[]> {
  const messages: UnreadMessage[] = [];
  const aborted = new Aborted(fetched.abortedTransactions);
  let next = fetched.fetchOffset;
  for (const { bytes: batch, following } of framesOf(fetched.bytes)) {
    const { read, lastOffset, goOn } = await readBatch(batch, { ...fetched, next, following, aborted });
    messages.push(...read);
    next = Math.max(next, lastOffset + 1);
    if (!goOn) break;
  }
  const last = messages.at(-1);
  // The offset must also move over what was left out (aborted, compacted away): kafkajs looks at the last message only.
  if (next > fetched.fetchOffset && Number(last?.offset ?? -1) < next - 1) messages.push(filler(next - 1));
  if (messages.length === 0 && fetched.bytes.length > 0)
    return [stuckAt(fetched.fetchOffset, { error: 'INCOMPLETE_BATCH' })];
  return messages;
}

interface Around extends FetchedPartition {
  /** The first offset that has not been read. */
  next: number;
  /** Where the next batch begins, if that can be determined. */
  following: number | undefined;
  aborted: Aborted;
}

interface Read {
  read: UnreadMessage[];
  lastOffset: number;
  /** Whether the position of the next batch can be trusted. */
  goOn: boolean;
}

async function readBatch(batch: Buffer, around: Around): Promise<Read> {
  const magic = batch.length > MAGIC_AT ? batch.readInt8(MAGIC_AT) : -1;
  if (LEGACY.includes(magic)) return readLegacy(batch, around);
  try {
    if (magic !== 2 || batch.length < HEADER_BYTES) throw new Fault('magic', `the format ${magic} is not known`);
    requireCrc(batch);
    const header = headerOf(batch);
    const lastOffset = header.baseOffset + header.lastOffsetDelta;
    if (lastOffset < around.next && around.following !== undefined && around.following <= around.next)
      return { read: [], lastOffset, goOn: true };
    // The checksum does not cover the offset: the broker sets it later.
    if (!isPlausible(header.baseOffset, lastOffset, around)) throw new Fault('crc', 'its offset cannot be true');
    if (around.aborted.holds(header, lastOffset)) return { read: [], lastOffset, goOn: true };
    const read = await decodeRecords(batch, header, around.skip);
    if (header.control && read.some(isAbortMarker)) around.aborted.end(header.producerId);
    return { read, lastOffset, goOn: true };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // Otherwise a later committed transaction of this producer would be treated as part of the aborted one.
    if (batch.length >= HEADER_BYTES && headerOf(batch).control) around.aborted.end(headerOf(batch).producerId);
    return leftOut(batch, error, around);
  }
}

/**
 * Only the first batch may begin before the requested offset. The offset of the next one is trusted only where there is
 * a gap before this one, as compaction leaves it: the next one may itself be damaged.
 */
function isPlausible(
  baseOffset: number,
  lastOffset: number,
  { next, fetchOffset, highWatermark, following }: Around,
): boolean {
  if (baseOffset < 0 || lastOffset < Math.max(baseOffset, next) || lastOffset >= highWatermark) return false;
  if (baseOffset <= next) return baseOffset === next || next === fetchOffset;
  return following === undefined || lastOffset < following;
}

/**
 * If the next batch does not begin after this one, this one's length may be wrong: the broker can determine the next
 * offset.
 */
function leftOut(batch: Buffer, fault: Fault, around: Around): Read {
  const undecodable = undecodableOf(batch, fault, around);
  const { lastOffset } = undecodable;
  const { following } = around;
  return {
    read: [filler(lastOffset, { undecodable, isControlRecord: false })],
    lastOffset,
    goOn: following === lastOffset + 1,
  };
}

function undecodableOf(bytes: Buffer, { fault, message }: Fault, around: Around): UndecodableBatch {
  const { next } = around;
  const enough = bytes.length >= HEADER_BYTES;
  const header = enough ? headerOf(bytes) : { baseOffset: Number(bytes.readBigInt64BE(0)), lastOffsetDelta: -1 };
  const ofHeader = header.baseOffset + header.lastOffsetDelta;
  const ofNext = around.following === undefined ? Number.NaN : around.following - 1;
  const lastOffset = [ofNext, ofHeader].find((offset) => offset >= next && offset < around.highWatermark) ?? next;
  const known = header.baseOffset >= 0 && header.baseOffset <= lastOffset;
  return {
    fault,
    detail: message,
    baseOffset: known ? header.baseOffset : next,
    firstOffset: known ? Math.max(next, header.baseOffset) : next,
    lastOffset,
    bytes,
  };
}

/**
 * Splits a record set into batches, by the lengths in their headers. The last one may be cut off, and is then left to
 * the next fetch.
 */
function* framesOf(set: Buffer): Generator<{ bytes: Buffer; following: number | undefined }> {
  for (let at = 0; at + FRAME_BYTES <= set.length;) {
    const end = at + FRAME_BYTES + set.readInt32BE(at + 8);
    if (end < at + FRAME_BYTES || end > set.length) return;
    const bytes = set.subarray(at, end);
    yield { bytes, following: end + FRAME_BYTES <= set.length ? Number(set.readBigInt64BE(end)) : undefined };
    at = end;
  }
}

type MessageSetDecoder = (decoder: object, size: number) => Promise<KafkaMessage[]>;

/** One entry of the old format, decoded by kafkajs; a compressed one contains several messages. */
async function readLegacy(entry: Buffer, around: Around): Promise<Read> {
  const decode = load('kafkajs/src/protocol/messageSet/decoder.js') as MessageSetDecoder;
  const Decoder = load('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;
  try {
    const read = await decode(new Decoder(entry), entry.length);
    return { read, lastOffset: Number(read.at(-1)!.offset), goOn: true };
  } catch {
    return leftOut(entry, new Fault('records', 'a message of the format before Kafka 0.11 cannot be read'), around);
  }
}

/** Transactions that are known to be aborted and whose end marker has not been read yet. */
class Aborted {
  private readonly producers = new Set<string>();
  private readonly coming: { producerId: string; firstOffset: number }[];

  constructor(transactions: FetchedPartition['abortedTransactions']) {
    this.coming = [...transactions];
  }

  /** Whether a batch belongs to one of them. */
  holds({ transactional, control, producerId }: BatchHeader, lastOffset: number): boolean {
    while (this.coming.length > 0 && this.coming[0]!.firstOffset <= lastOffset)
      this.producers.add(this.coming.shift()!.producerId);
    return transactional && !control && this.producers.has(producerId);
  }

  end(producerId: string): void {
    this.producers.delete(producerId);
  }
}
