import { Buffer } from 'node:buffer';

const LEAST = 64 * 1024;
/** What is kept for the next export, in bytes. */
const MOST_KEPT = 4 * 1024 * 1024;
/** Shorter texts of ASCII are cheaper to write letter by letter than by a call out of JavaScript. */
const SHORT_TEXT = 40;
/** A letter of a JavaScript string takes at most so many bytes in UTF-8. */
const BYTES_A_LETTER = 3;
const LONGEST_VARINT = 10;
const UINT32 = 2 ** 32;

/** Types of the wire (https://protobuf.dev/programming-guides/encoding/#structure). */
export const Wire = { varint: 0, fixed64: 1, sized: 2, fixed32: 5 } as const;

/** Bytes in protobuf that grow at their end. */
export class OtlpBytes {
  private bytes = Buffer.allocUnsafeSlow(LEAST);
  private at = 0;

  /** What has been written, copied out; begins anew. */
  take(): Uint8Array {
    const taken = Uint8Array.prototype.slice.call(this.bytes, 0, this.at);
    this.at = 0;
    if (this.bytes.length > MOST_KEPT) this.bytes = Buffer.allocUnsafeSlow(LEAST);
    return taken;
  }

  /** @param number of the field, at most 31 */
  tag(number: number, wire: number): void {
    this.varint((number << 3) | wire);
  }

  /** A whole number within 2^63; negative ones in two's complement. */
  varint(value: number): void {
    this.room(LONGEST_VARINT);
    let low = value >>> 0;
    let high = value >= 0 ? Math.floor(value / UINT32) : highOfNegative(value);
    for (; high > 0; high >>>= 7) {
      this.bytes[this.at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
    }
    for (; low > 0x7f; low >>>= 7) this.bytes[this.at++] = (low & 0x7f) | 0x80;
    this.bytes[this.at++] = low;
  }

  fixed32(value: number): void {
    this.room(4);
    this.at = this.bytes.writeUInt32LE(value >>> 0, this.at);
  }

  /** A whole number of 64 bits by its halves. */
  fixed64(low: number, high: number): void {
    this.room(8);
    this.at = this.bytes.writeUInt32LE(low, this.at);
    this.at = this.bytes.writeUInt32LE(high, this.at);
  }

  double(value: number): void {
    this.room(8);
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  /** A text in UTF-8 behind its length. */
  text(value: string): void {
    const start = this.open(value.length);
    this.room(BYTES_A_LETTER * value.length);
    if (value.length > SHORT_TEXT || !this.ascii(value)) this.at += this.bytes.write(value, this.at, 'utf8');
    this.close(start, value.length);
  }

  /** What hexadecimal digits stand for, behind its length. */
  hex(digits: string): void {
    this.varint(digits.length / 2);
    this.room(digits.length / 2);
    for (let index = 0; index < digits.length; index += 2)
      this.bytes[this.at++] = (digitOf(digits.charCodeAt(index)) << 4) | digitOf(digits.charCodeAt(index + 1));
  }

  /**
   * Leaves room for the length of what follows.
   * @param guess how long it may become: is it right about the bytes of the length, nothing has to be moved
   * @returns where it begins, for `close`
   */
  open(guess: number): number {
    this.room(LONGEST_VARINT);
    const start = this.at;
    this.at += sizeOf(guess);
    return start;
  }

  /** Writes the length of all since `open`, which was called with the same guess. */
  close(start: number, guess: number): void {
    const left = sizeOf(guess);
    const length = this.at - start - left;
    const size = sizeOf(length);
    if (size !== left) {
      this.room(LONGEST_VARINT);
      this.bytes.copyWithin(start + size, start + left, this.at);
    }
    this.at = start;
    this.varint(length);
    this.at = start + size + length;
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

/** How many bytes a length takes as a varint. */
function sizeOf(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x40_00) return 2;
  return length < 0x20_00_00 ? 3 : 4;
}

/** The upper 32 bits of a negative number in two's complement. */
const highOfNegative = (value: number): number => (Math.floor(value / UINT32) + UINT32) >>> 0;

/** As OpenTelemetry reads them, in upper or lower case. */
function digitOf(letter: number): number {
  if (letter <= 57) return letter - 48;
  return letter >= 97 ? letter - 87 : letter - 55;
}
