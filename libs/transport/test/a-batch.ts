import { createRequire } from 'node:module';
import { crc32c } from '@node-rs/crc32';

interface Encoded {
  buffer: Buffer;
}
export interface WrittenRecord {
  key: string | Buffer | null;
  value: string | Buffer | null;
  headers?: Record<string, string | Buffer | string[]>;
}
export interface BatchOptions {
  firstOffset: number;
  records: readonly WrittenRecord[];
  /** kafkajs's CompressionTypes. */
  compression?: number;
  transactional?: boolean;
  producerId?: number;
  firstTimestamp?: number;
}

const load = createRequire(import.meta.url);
const Long = load('kafkajs/src/utils/long.js') as { fromValue(value: number): unknown };
const recordOf = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: object) => Encoded;
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch: (batch: object) => Promise<Encoded>;
};

/** A batch as kafkajs produces it, with the offset that the broker would set. */
export async function aBatch({
  firstOffset,
  records,
  compression = 0,
  transactional = false,
  producerId = -1,
  firstTimestamp = 1_700_000_000_000,
}: BatchOptions): Promise<Buffer> {
  const { buffer } = await RecordBatch({
    compression,
    transactional,
    firstTimestamp,
    maxTimestamp: firstTimestamp + records.length,
    firstOffset: Long.fromValue(firstOffset),
    producerId: Long.fromValue(producerId),
    lastOffsetDelta: records.length - 1,
    records: records.map(({ key, value, headers = {} }, index) =>
      recordOf({ offsetDelta: index, timestampDelta: index, key, value, headers }),
    ),
  });
  return Buffer.from(buffer);
}

/** The end marker of a transaction, as the coordinator writes it. */
export async function aMarker(firstOffset: number, producerId: number, committed: boolean): Promise<Buffer> {
  const key = Buffer.from([0, 0, 0, committed ? 1 : 0]);
  const batch = await aBatch({
    firstOffset,
    producerId,
    transactional: true,
    records: [{ key, value: Buffer.alloc(6) }],
  });
  batch.writeInt16BE(batch.readInt16BE(21) | 0x20, 21);
  return withCrc(batch);
}

/** The batch with the checksum of its present bytes. */
export function withCrc(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** The batch with another codec in its attributes, or other bytes in place of its records. */
export function altered(
  batch: Buffer,
  { codec, body, count }: { codec?: number; body?: Buffer; count?: number },
): Buffer {
  const header = Buffer.from(batch.subarray(0, 61));
  if (codec !== undefined) header.writeInt16BE((header.readInt16BE(21) & ~7) | codec, 21);
  if (count !== undefined) header.writeInt32BE(count, 57);
  const whole = Buffer.concat([header, body ?? batch.subarray(61)]);
  whole.writeInt32BE(whole.length - 12, 8);
  return withCrc(whole);
}
