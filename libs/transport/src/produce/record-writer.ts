import { type Bytes, type ByteWriter, sizeOfLength } from './byte-writer.ts';

/** A message as kafkajs gets it. */
export interface ProducedMessage {
  key?: Bytes;
  value: Bytes;
  headers?: Record<string, Bytes | Bytes[]> | undefined;
  /** ms since 1970. */
  timestamp?: string | number | null | undefined;
}

/** The position of a record in its batch. */
export interface Deltas {
  offset: number;
  timestamp: number;
}

/** The approximate size of a record without its value: the size of its length field is estimated from both. */
const BESIDE = 400;

/** One record of a batch (https://kafka.apache.org/documentation/#record), as kafkajs writes it. */
export function writeRecord(to: ByteWriter, { key, value, headers }: ProducedMessage, delta: Deltas): void {
  const guess = sizeOfLength((value?.length ?? 0) + BESIDE);
  const start = to.leave(guess);
  to.int8(0);
  to.varint(delta.timestamp);
  to.varint(delta.offset);
  to.sized(key);
  to.sized(value);
  writeHeaders(to, headers ?? {});
  to.setLength(start, guess);
}

function writeHeaders(to: ByteWriter, headers: NonNullable<ProducedMessage['headers']>): void {
  const names = Object.keys(headers);
  to.varint(countOf(names, headers));
  for (const name of names) {
    const value = headers[name];
    if (!Array.isArray(value)) writeHeader(to, name, value);
    else for (const one of value) writeHeader(to, name, one);
  }
}

function countOf(names: readonly string[], headers: NonNullable<ProducedMessage['headers']>): number {
  let count = names.length;
  for (const name of names) {
    const value = headers[name];
    if (Array.isArray(value)) count += value.length - 1;
  }
  return count;
}

/** kafkajs throws a TypeError for a header without a value; the platform never writes one. */
function writeHeader(to: ByteWriter, name: string, value: Bytes): void {
  if (value === null || value === undefined) throw new TypeError(`the header ${name} has no value`);
  to.sized(name);
  to.sized(value);
}
