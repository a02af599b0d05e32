const LENGTH_DELIMITED = 2;
/**
 * ExportTraceServiceRequest.resource_spans = 1, ResourceSpans.scope_spans = 2, ScopeSpans.spans = 2
 * (opentelemetry-proto).
 */
const wayToSpans = [1, 2, 2];

/** How many spans an OTLP export in protobuf holds, without decoding any of them. */
export function countSpans(message: Buffer, depth = 0): number {
  let count = 0;
  let at = 0;
  while (at < message.length) {
    const [tag, afterTag] = varint(message, at);
    // Every field on the way is a message or a string.
    if ((tag & 7) !== LENGTH_DELIMITED) return count;
    const [length, start] = varint(message, afterTag);
    at = start + length;
    if (tag >> 3 !== wayToSpans[depth]) continue;
    count += depth === wayToSpans.length - 1 ? 1 : countSpans(message.subarray(start, at), depth + 1);
  }
  return count;
}

function varint(bytes: Buffer, from: number): [value: number, next: number] {
  let value = 0;
  let at = from;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}
