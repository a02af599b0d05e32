import { isUtf8 } from 'node:buffer';
import { UnreadableRecord } from '#libs/contracts';

// A byte order mark at the beginning is skipped, as the Encoding Standard does.
const strict = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder('utf-8');
const keepingMark = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The JSON of a record's value.
 * @throws UnreadableRecord that names the reason, never a part of the value
 */
export function readJson(value: Buffer | null): unknown {
  if (value === null || value.length === 0) throw new UnreadableRecord('the record has no value');
  const problem = bytesProblem(value);
  if (problem) throw unreadable(problem);
  try {
    return JSON.parse(strict.decode(value));
  } catch (error) {
    throw unreadable(`must be JSON in UTF-8: ${placeOfFault((error as Error).message)}`);
  }
}

/**
 * As `readJson`, with invalid UTF-8 replaced; undefined where the result is no JSON. To find an id in a record that
 * cannot be read.
 */
export function readJsonLeniently(value: Buffer | null): unknown {
  try {
    return JSON.parse(lenient.decode(value ?? Buffer.alloc(0)));
  } catch {
    return undefined;
  }
}

const unreadable = (rule: string) => new UnreadableRecord(`the value ${rule}`, [{ field: '(the whole value)', rule }]);

/** What the bytes are instead of JSON in UTF-8; undefined: they are UTF-8. */
function bytesProblem(value: Buffer): string | undefined {
  const [first, second] = value;
  // Magic byte and schema id before the value: the wire format of Confluent's schema registry.
  if (first === 0) return 'must be JSON alone: it begins with byte 0, as a serialiser for a schema registry writes it';
  if (isUtf8(value)) return undefined;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return 'must be JSON in UTF-8: it is UTF-16';
  if (first === 0x1f && second === 0x8b)
    return 'must be JSON in UTF-8: it is compressed by gzip (let the Kafka client compress its batches instead)';
  return (
    `must be JSON in UTF-8: byte ${firstInvalidByte(value)} (counted from 0) is not UTF-8 (Latin-1 or ` +
    'Windows-1252?)'
  );
}

/** The position of the first invalid UTF-8 sequence, counted in bytes from 0. */
export function firstInvalidByte(value: Buffer): number {
  const text = keepingMark.decode(value);
  let [bytes, from] = [0, 0];
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', from)) {
    bytes += Buffer.byteLength(text.slice(from, at));
    // Upstream may have written the replacement character itself.
    if (value[bytes] !== 0xef || value[bytes + 1] !== 0xbf || value[bytes + 2] !== 0xbd) return bytes;
    bytes += 3;
    from = at + 1;
  }
  return value.length;
}

/** Only the position from the parser's message: the rest quotes the text. */
function placeOfFault(message: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return `it is not JSON at character ${position} (counted from 0)`;
  return message.includes('end of JSON input') ? 'it ends too early' : 'it is not JSON';
}
