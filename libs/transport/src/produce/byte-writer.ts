import { Buffer } from 'node:buffer';

const LEAST = 64 * 1024;
/** The maximum size of a varint of 32 bits. */
const LONGEST_VARINT = 5;
/** Shorter ASCII texts are written faster character by character than by a native call. */
const SHORT_TEXT = 40;
/** The maximum bytes of a UTF-16 unit in UTF-8. */
const BYTES_A_LETTER = 3;

/** A key, a value or one value of a header. */
export type Bytes = Buffer | string | null | undefined;

/** The size of a length as a zigzag varint. */
export function sizeOfLength(length: number): number {
  if (length < 0x40) return 1;
  if (length < 0x20_00) return 2;
  if (length < 0x10_00_00) return 3;
  return length < 0x8_00_00_00 ? 4 : 5;
}

/** A growing buffer with writers for Kafka's types (https://kafka.apache.org/protocol#protocol_types). */
export class ByteWriter {
  at = 0;
  private bytes = Buffer.allocUnsafeSlow(LEAST);

  /** The bytes written since `start`; valid until the next write. */
  since(start: number): Buffer {
    return this.bytes.subarray(start, this.at);
  }

  /** A copy of them, so that the writer can be used again. */
  copy(): Buffer {
    return Buffer.from(this.since(0));
  }

  /** Starts again; a buffer larger than `most` is released. */
  clear(most: number): void {
    this.at = 0;
    if (this.bytes.length > most) this.bytes = Buffer.allocUnsafeSlow(LEAST);
  }

  /**
   * Reserves bytes that are written later.
   * @returns their position
   */
  leave(length: number): number {
    const start = this.at;
    this.room(length);
    this.at += length;
    return start;
  }

  int8(value: number): void {
    this.room(1);
    this.bytes[this.at++] = value & 0xff;
  }

  int16(value: number): void {
    this.room(2);
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.room(4);
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  int64(value: bigint): void {
    this.room(8);
    this.at = this.bytes.writeBigInt64BE(value, this.at);
  }

  setInt32(value: number, at: number): void {
    this.bytes.writeInt32BE(value, at);
  }

  setUint32(value: number, at: number): void {
    this.bytes.writeUInt32BE(value, at);
  }

  /** A text after its length in two bytes. */
  string(value: string | null | undefined): void {
    if (value === null || value === undefined) return this.int16(-1);
    const start = this.leave(2);
    this.text(value);
    this.bytes.writeInt16BE(this.at - start - 2, start);
  }

  /** A whole number within 2^53 in zigzag, seven bits a byte. @throws RangeError for any other */
  varint(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number`);
    this.room(2 * LONGEST_VARINT);
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    for (; rest > 0x7f_ff_ff_ff; rest = Math.floor(rest / 128)) this.bytes[this.at++] = (rest % 128) | 0x80;
    for (; rest > 0x7f; rest >>>= 7) this.bytes[this.at++] = (rest & 0x7f) | 0x80;
    this.bytes[this.at++] = rest;
  }

  /**
   * Bytes after their length as a varint; -1 for none.
   * @throws TypeError where it is neither text nor bytes
   */
  sized(value: Bytes): void {
    if (value === null || value === undefined) return this.varint(-1);
    if (typeof value !== 'string') {
      // As kafkajs does: a number, for example, is refused, since it is probably a mistake.
      this.varint(Buffer.byteLength(value));
      return this.raw(value);
    }
    const guess = sizeOfLength(value.length);
    const start = this.leave(guess);
    this.text(value);
    this.setLength(start, guess);
  }

  raw(value: Uint8Array): void {
    this.room(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  /**
   * Writes the length of everything after a reserved position into that position, and moves the content where the
   * length needs another size.
   */
  setLength(start: number, left: number): void {
    const length = this.at - start - left;
    const size = sizeOfLength(length);
    if (size !== left) {
      this.room(LONGEST_VARINT);
      this.bytes.copyWithin(start + size, start + left, this.at);
    }
    this.at = start;
    this.varint(length);
    this.at = start + size + length;
  }

  /** As UTF-8; a lone surrogate becomes U+FFFD, as Node writes it. */
  private text(value: string): void {
    this.room(BYTES_A_LETTER * value.length);
    if (value.length > SHORT_TEXT || !this.ascii(value)) this.at += this.bytes.write(value, this.at, 'utf8');
  }

  private ascii(value: string): boolean {
    const { bytes, at } = this;
    for (let index = 0; index < value.length; index += 1) {
      const letter = value.charCodeAt(index);
      if (letter > 0x7f) return false;
      bytes[at + index] = letter;
    }
    this.at = at + value.length;
    return true;
  }

  private room(length: number): void {
    const needed = this.at + length;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, needed));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
  }
}
