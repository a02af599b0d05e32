import { createHash, hash } from 'node:crypto';

/** What SHA-256 works through at a time, in bytes. */
const BLOCK = 64;
const DIGEST = 32;
/** Longer texts are rare: a buffer is made for each of them. */
const LONG_TEXT = 1_024;
/** A letter of a JavaScript string takes at most so many bytes in UTF-8. */
const BYTES_A_LETTER = 3;

interface Pads {
  /** The inner pad, and behind it room for a text. */
  inner: Buffer;
  /** The outer pad, and behind it room for the inner digest. */
  outer: Buffer;
}

/** By key: a service has one, a test some. */
const padsOf = new Map<string, Pads>();
const MOST_KEYS = 100;

/**
 * HMAC-SHA-256 in hexadecimal, of texts as UTF-8 (RFC 2104). The key is prepared once, and the two digests are one call
 * each: Node's createHmac makes a stream around each hash, prepares the key again, and leaves an object outside the
 * heap to the garbage collector: 5 µs and 1.3 KB for an address, and 2 µs and 0.3 KB so.
 */
export function keyedHash(key: string, text: string): string {
  const { inner, outer } = padsOf.get(key) ?? prepare(key);
  const to = text.length <= LONG_TEXT ? inner : Buffer.concat([inner.subarray(0, BLOCK)], BLOCK + roomFor(text));
  const length = to.write(text, BLOCK, 'utf8');
  hash('sha256', to.subarray(0, BLOCK + length), 'buffer').copy(outer, BLOCK);
  return hash('sha256', outer, 'hex');
}

const roomFor = (text: string): number => BYTES_A_LETTER * text.length;

function prepare(key: string): Pads {
  const given = Buffer.from(key, 'utf8');
  const short = given.length > BLOCK ? createHash('sha256').update(given).digest() : given;
  const pads = { inner: Buffer.alloc(BLOCK + BYTES_A_LETTER * LONG_TEXT, 0), outer: Buffer.alloc(BLOCK + DIGEST, 0) };
  for (let index = 0; index < BLOCK; index += 1) {
    pads.inner[index] = (short[index] ?? 0) ^ 0x36;
    pads.outer[index] = (short[index] ?? 0) ^ 0x5c;
  }
  if (padsOf.size >= MOST_KEYS) padsOf.clear();
  padsOf.set(key, pads);
  return pads;
}
