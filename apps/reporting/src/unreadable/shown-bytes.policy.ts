import { isUtf8 } from 'node:buffer';

/** Bytes as an answer shows them. */
export interface ShownBytes {
  encoding: 'utf8' | 'hex';
  text: string;
  /** How many there are, and how many of them are shown. */
  bytes: number;
  shown: number;
}

/** Controls other than tab and line break: a terminal would obey them. */
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/**
 * The first bytes as text where they are UTF-8 without controls, else in hexadecimal. A character is never cut.
 * @param most how many bytes are shown at most
 */
export function shownBytes(bytes: Buffer, most: number): ShownBytes {
  const first = bytes.subarray(0, most);
  const whole = isUtf8(bytes) ? first.subarray(0, endOfLastCharacter(first)) : first;
  const text = whole.toString('utf8');
  const isText = isUtf8(bytes) && !controls.test(text);
  const shown = isText ? whole : first;
  return {
    encoding: isText ? 'utf8' : 'hex',
    text: isText ? text : shown.toString('hex'),
    bytes: bytes.length,
    shown: shown.length,
  };
}

/** Of a part of valid UTF-8: where its last whole character ends. */
function endOfLastCharacter(part: Buffer): number {
  let start = part.length - 1;
  while (start > 0 && (part[start]! & 0xc0) === 0x80) start -= 1;
  const isWhole = start < 0 || isUtf8(part.subarray(start));
  return isWhole ? part.length : start;
}
