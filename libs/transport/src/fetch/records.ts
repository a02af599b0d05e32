import { Fault } from './unread.ts';

/** One record inside a batch, relative to it. */
export interface ReadRecord {
  timestampDelta: number;
  offsetDelta: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | Buffer[] | null>;
}

const LONGEST_VARINT = 5;
const LONGEST_VARLONG = 10;

/**
 * Reads the records of a batch, as strictly as Kafka's own consumer (DefaultRecord.readFrom): kafkajs's decoder reads
 * beyond the end of what it is given, and takes what comes of it for records.
 * @throws Fault where there are not exactly `count` whole records
 */
export function readRecords(bytes: Buffer, count: number): ReadRecord[] {
  const cursor = new Cursor(bytes);
  // Seven bytes are the least that a record takes: a count that cannot be true must not cost memory.
  if (count < 0 || count > bytes.length / 7)
    throw new Fault('records', `${count} records cannot stand in ${bytes.length} bytes`);
  const records = Array.from({ length: count }, () => readRecord(cursor));
  if (cursor.left > 0) throw new Fault('records', `${cursor.left} bytes are left behind the last record`);
  return records;
}

function readRecord(cursor: Cursor): ReadRecord {
  const length = cursor.varint(LONGEST_VARINT);
  const end = cursor.at + length;
  if (length < 0 || length > cursor.left) throw new Fault('records', 'a record is longer than what is there');
  cursor.take(1);
  const record = {
    timestampDelta: cursor.varint(LONGEST_VARLONG),
    offsetDelta: cursor.varint(LONGEST_VARINT),
    key: cursor.bytes(),
    value: cursor.bytes(),
    headers: readHeaders(cursor),
  };
  if (cursor.at !== end) throw new Fault('records', 'the fields of a record do not fill its length');
  return record;
}

/** Several values of one name become a list, as in kafkajs. No prototype: a header may be called `constructor`. */
function readHeaders(cursor: Cursor): ReadRecord['headers'] {
  const count = cursor.varint(LONGEST_VARINT);
  if (count < 0 || count > cursor.left) throw new Fault('records', 'a record has an impossible number of headers');
  const headers = Object.create(null) as ReadRecord['headers'];
  for (let index = 0; index < count; index += 1) {
    const name = cursor.bytes()?.toString('utf8');
    if (name === undefined) throw new Fault('records', 'a header has no name');
    const value = cursor.bytes();
    headers[name] = name in headers ? ([headers[name], value].flat() as Buffer[]) : value;
  }
  return headers;
}

/** Moves over bytes and never beyond them. */
class Cursor {
  at = 0;
  private readonly buffer: Buffer;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  get left(): number {
    return this.buffer.length - this.at;
  }

  take(length: number): Buffer {
    if (length > this.left) throw new Fault('records', 'a field is longer than what is there');
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }

  /** Bytes behind their length; -1 stands for none. */
  bytes(): Buffer | null {
    const length = this.varint(LONGEST_VARINT);
    if (length < -1) throw new Fault('records', 'a field has a negative length');
    return length === -1 ? null : this.take(length);
  }

  /** A number in zigzag, seven bits a byte; beyond 2^53 it is not exact. */
  varint(longest: number): number {
    let value = 0;
    let factor = 1;
    for (let index = 0; index < longest; index += 1) {
      const byte = this.buffer[this.at];
      if (byte === undefined) break;
      this.at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 128;
    }
    throw new Fault('records', 'a number does not end');
  }
}
