import { textOf } from './byte-texts.ts';

/** The position of a record's headers, in bytes that RecordReader has validated. */
export interface HeaderBytes {
  bytes: Buffer;
  at: number;
  /** Just after the last one. */
  end: number;
}

type Visit = (name: string, bytes: Buffer, start: number, length: number) => void;

/** In kafkajs's form: values as bytes, and several of one name as a list. */
export function headersOf(where: HeaderBytes): Record<string, Buffer | Buffer[] | null> {
  // Without a prototype: a header may be named `constructor`.
  const headers = Object.create(null) as Record<string, Buffer | (Buffer | null)[] | null>;
  each(where, (name, bytes, start, length) => {
    const value = length < 0 ? null : bytes.subarray(start, start + length);
    const known = headers[name];
    if (known === undefined) headers[name] = value;
    else if (Array.isArray(known)) known.push(value);
    else headers[name] = [known, value];
  });
  return headers as Record<string, Buffer | Buffer[] | null>;
}

/** Values as text; the first, where there are several of one name. */
export function headerTextsOf(where: HeaderBytes): Record<string, string | undefined> {
  const texts: Record<string, string | undefined> = {};
  each(where, (name, bytes, start, length) => {
    if (Object.hasOwn(texts, name) || name === '__proto__') return;
    texts[name] = length < 0 ? undefined : textOf(bytes, start, start + length);
  });
  return texts;
}

/** @param visit gets the length -1 for a header without a value */
export function each({ bytes, at, end }: HeaderBytes, visit: Visit): void {
  for (let next = at; next < end;) {
    const nameLength = lengthAt(bytes, next);
    const name = behindVarint(bytes, next);
    const valueLength = lengthAt(bytes, name + nameLength);
    const value = behindVarint(bytes, name + nameLength);
    visit(textOf(bytes, name, name + nameLength), bytes, value, valueLength);
    next = value + Math.max(0, valueLength);
  }
}

/** A length in zigzag, seven bits a byte. */
export function lengthAt(bytes: Buffer, at: number): number {
  let value = 0;
  let shift = 0;
  for (let index = at; ; index += 1, shift += 7) {
    const byte = bytes[index]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
  }
}

export function behindVarint(bytes: Buffer, at: number): number {
  let index = at;
  while (bytes[index]! >= 0x80) index += 1;
  return index + 1;
}
