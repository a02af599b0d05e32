import { Fault } from './unread.ts';

const LONGEST_VARINT = 5;
const LONGEST_VARLONG = 10;
/** A record has at least seven bytes. */
const LEAST_BYTES = 7;

/** A position of bytes that are missing. */
const NONE = -1;

/**
 * Iterates over the records of a batch, as strictly as Kafka's own consumer (DefaultRecord.readFrom): kafkajs's decoder
 * reads beyond the end of a batch, and returns the result as records. It copies nothing: it reports the positions of
 * all fields.
 */
export class RecordReader {
  readonly bytes: Buffer;
  timestampDelta = 0;
  offsetDelta = 0;
  keyAt = 0;
  /** -1: there is none; the same for the value. */
  keyLength = NONE;
  valueAt = 0;
  valueLength = NONE;
  headersAt = 0;
  headerCount = 0;
  /** Where the headers end. */
  end = 0;
  private at = 0;
  private left: number;

  /** @throws Fault where the batch is too short for this number of records: a wrong count must not allocate memory */
  constructor(bytes: Buffer, count: number) {
    if (count < 0 || count > bytes.length / LEAST_BYTES)
      throw new Fault('records', `${count} records cannot stand in ${bytes.length} bytes`);
    this.bytes = bytes;
    this.left = count;
  }

  /**
   * Moves to the next record.
   * @throws Fault where it is incomplete, or bytes remain after the last one
   */
  next(): boolean {
    if (this.left === 0) {
      if (this.at < this.bytes.length)
        throw new Fault('records', `${this.bytes.length - this.at} bytes are left behind the last record`);
      return false;
    }
    this.left -= 1;
    const length = this.varint(LONGEST_VARINT);
    const end = this.at + length;
    if (length < 0 || end > this.bytes.length) throw new Fault('records', 'a record is longer than what is there');
    this.move(1);
    this.timestampDelta = this.varint(LONGEST_VARLONG);
    this.offsetDelta = this.varint(LONGEST_VARINT);
    this.keyLength = this.length();
    this.keyAt = this.move(this.keyLength);
    this.valueLength = this.length();
    this.valueAt = this.move(this.valueLength);
    this.passHeaders();
    if (this.at !== end) throw new Fault('records', 'the fields of a record do not fill its length');
    this.end = end;
    return true;
  }

  get key(): Buffer | null {
    return this.keyLength === NONE ? null : this.bytes.subarray(this.keyAt, this.keyAt + this.keyLength);
  }

  get value(): Buffer | null {
    return this.valueLength === NONE ? null : this.bytes.subarray(this.valueAt, this.valueAt + this.valueLength);
  }

  private passHeaders(): void {
    const count = this.varint(LONGEST_VARINT);
    if (count < 0 || count > this.bytes.length - this.at)
      throw new Fault('records', 'a record has an impossible number of headers');
    this.headerCount = count;
    this.headersAt = this.at;
    for (let index = 0; index < count; index += 1) {
      const name = this.length();
      if (name === NONE) throw new Fault('records', 'a header has no name');
      this.move(name);
      this.move(this.length());
    }
  }

  private length(): number {
    const length = this.varint(LONGEST_VARINT);
    if (length < NONE) throw new Fault('records', 'a field has a negative length');
    return length;
  }

  /** @returns its position */
  private move(length: number): number {
    const start = this.at;
    if (length > this.bytes.length - start) throw new Fault('records', 'a field is longer than what is there');
    if (length > 0) this.at = start + length;
    return start;
  }

  /** A number in zigzag, seven bits a byte; beyond 2^53 it is not exact. */
  private varint(longest: number): number {
    const { bytes } = this;
    const first = bytes[this.at];
    if (first !== undefined && first < 0x80) {
      this.at += 1;
      return first & 1 ? -((first + 1) >>> 1) : first >>> 1;
    }
    let value = 0;
    let factor = 1;
    for (let index = 0; index < longest; index += 1) {
      const byte = bytes[this.at];
      if (byte === undefined) break;
      this.at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 128;
    }
    throw new Fault('records', 'a number does not end');
  }
}
