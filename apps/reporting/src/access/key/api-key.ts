import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * An API key is `mik_<id>_<secret><checksum>`: the prefix lets scanners recognise a key that leaked, the id (public)
 * names it in lists, logs and the audit, the checksum finds a typo without the database.
 */
export const KEY_PREFIX = 'mik_';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 10;
/** 43 characters of 62 are 256 bits. */
const SECRET_LENGTH = 43;
/** Six characters of 62 hold the 32 bits of a CRC. */
const CHECKSUM_LENGTH = 6;
const KEY_LENGTH = KEY_PREFIX.length + ID_LENGTH + 1 + SECRET_LENGTH + CHECKSUM_LENGTH;

const FORM = new RegExp(`^${KEY_PREFIX}([0-9A-Za-z]{${ID_LENGTH}})_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);
const KEY_ID = new RegExp(`^[0-9A-Za-z]{${ID_LENGTH}}$`);

export interface ReadKey {
  id: string;
  /** SHA-256 of the whole key: what is stored. A key has 256 random bits, so no slow hash is needed. */
  hash: Buffer;
}

/** A fresh key, with what is kept of it. */
export function makeKey(): ReadKey & { key: string } {
  const id = randomText(ID_LENGTH);
  const body = `${KEY_PREFIX}${id}_${randomText(SECRET_LENGTH)}`;
  const key = body + checksumOf(body);
  return { key, id, hash: hashOf(key) };
}

/** The id and hash of a key, or in words what is wrong with its form. Nothing of the key is repeated. */
export function readKey(key: string): ReadKey | { wrong: string } {
  if (key.length !== KEY_LENGTH) {
    const how = key.length < KEY_LENGTH ? 'it was cut off' : 'something was added';
    return { wrong: `an API key has ${KEY_LENGTH} characters, this has ${key.length}: ${how}` };
  }
  const [, id] = FORM.exec(key) ?? [];
  const body = key.slice(0, -CHECKSUM_LENGTH);
  if (id === undefined || key.slice(-CHECKSUM_LENGTH) !== checksumOf(body))
    return { wrong: 'its checksum does not fit: a character was changed' };
  return { id, hash: hashOf(key) };
}

/** Whether a text looks like an API key, whole or not. */
export const looksLikeKey = (text: string): boolean => text.startsWith(KEY_PREFIX);

export const isWholeKey = (text: string): boolean => 'id' in readKey(text);

export const isKeyId = (text: string): boolean => KEY_ID.test(text);

export const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

const randomText = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

function checksumOf(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let at = 0; at < CHECKSUM_LENGTH; at++) {
    digits = ALPHABET[rest % ALPHABET.length]! + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}
