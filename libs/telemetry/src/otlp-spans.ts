import type { Attributes } from '@opentelemetry/api';
import { LightSpan } from './light-span.ts';
import { OtlpBytes, Wire } from './otlp-bytes.ts';

/** What an exporter of OTLP in protobuf makes its requests with. */
export interface SpanSerializer {
  serializeRequest(spans: readonly unknown[]): Uint8Array | undefined;
}

interface Resource {
  attributes: Attributes;
  schemaUrl?: string | undefined;
}
interface Scope {
  name: string;
  version?: string | undefined;
  schemaUrl?: string | undefined;
  attributes?: Attributes | undefined;
}

/** How long these become, roughly: a right guess saves moving what has been written. */
const [A_SPAN, AN_ATTRIBUTE, A_REQUEST] = [500, 60, 200_000];
const HAS_REMOTE_FLAG = 0x100;
const IS_REMOTE = 0x200;
const NS_PER_S = 1_000_000_000;
const UINT32 = 2 ** 32;
const UINT16 = 2 ** 16;
const MOST_INT64 = 2 ** 63;

/**
 * Puts a writer of light spans in the place of OpenTelemetry's serializer, which goes through every span twice (first
 * for the length), makes an array for each id and two for each time, and a text encoder for each request: a message's
 * two spans take 28 µs and 4.7 KB with it, and 7 to 13 µs and 0.2 KB so. The bytes are the same; spans that are not
 * ours stay OpenTelemetry's.
 */
export function writeSpansInOnePass(serializer: SpanSerializer): void {
  if (replaced.has(serializer)) return;
  replaced.add(serializer);
  const theirs = serializer.serializeRequest.bind(serializer);
  serializer.serializeRequest = (spans) => (areAllLight(spans) ? requestOf(spans) : theirs(spans));
}

const replaced = new WeakSet<SpanSerializer>();

function areAllLight(spans: readonly unknown[]): spans is readonly LightSpan[] {
  const [first] = spans;
  if (!(first instanceof LightSpan)) return false;
  const { resource, instrumentationScope } = first;
  const { schemaUrl } = resource as Resource;
  const { version, attributes, schemaUrl: scopeUrl } = instrumentationScope as Scope;
  if (schemaUrl || version || attributes || scopeUrl) return false;
  return spans.every(
    (span) =>
      span instanceof LightSpan &&
      span.resource === resource &&
      span.instrumentationScope === instrumentationScope &&
      !span.spanContext().traceState,
  );
}

const to = new OtlpBytes();

/**
 * ExportTraceServiceRequest, with the fields in the order of their numbers as OpenTelemetry writes them
 * (https://github.com/open-telemetry/opentelemetry-proto).
 */
function requestOf(spans: readonly LightSpan[]): Uint8Array {
  const { resource, instrumentationScope } = spans[0]!;
  inside(1, A_REQUEST, () => {
    inside(1, A_SPAN, () => {
      writeAttributes((resource as Resource).attributes, 1);
      to.tag(2, Wire.varint);
      to.varint(0);
    });
    inside(2, A_REQUEST, () => {
      inside(1, AN_ATTRIBUTE, () => {
        to.tag(1, Wire.sized);
        to.text((instrumentationScope as Scope).name);
      });
      for (const span of spans) writeSpan(span);
    });
  });
  return to.take();
}

function inside(field: number, guess: number, write: () => void): void {
  to.tag(field, Wire.sized);
  const start = to.open(guess);
  write();
  to.close(start, guess);
}

function writeSpan(span: LightSpan): void {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const { parentSpanContext: parent, status } = span;
  to.tag(2, Wire.sized);
  const start = to.open(A_SPAN);
  to.tag(1, Wire.sized);
  to.hex(traceId);
  to.tag(2, Wire.sized);
  to.hex(spanId);
  if (parent?.spanId) {
    to.tag(4, Wire.sized);
    to.hex(parent.spanId);
  }
  to.tag(5, Wire.sized);
  to.text(span.name);
  to.tag(6, Wire.varint);
  to.varint(span.kind + 1);
  writeTimes(span);
  writeAttributes(span.attributes, 9);
  for (const dropped of [10, 12, 14]) {
    to.tag(dropped, Wire.varint);
    to.varint(0);
  }
  writeStatus(status);
  to.tag(16, Wire.fixed32);
  to.fixed32((traceFlags & 0xff) | HAS_REMOTE_FLAG | (parent?.isRemote ? IS_REMOTE : 0));
  to.close(start, A_SPAN);
}

function writeTimes({ started, lastedMs }: LightSpan): void {
  const seconds = Math.trunc(started / 1_000);
  const nanos = nanosOf(started);
  to.tag(7, Wire.fixed64);
  writeTime(seconds, nanos);
  to.tag(8, Wire.fixed64);
  writeTime(seconds + Math.trunc(lastedMs / 1_000), nanos + nanosOf(lastedMs));
}

/** Of the second that has begun. */
const nanosOf = (ms: number): number => Math.round((ms % 1_000) * 1_000_000);

/** Nanoseconds since 1970 in 64 bits; a number holds them exactly only in parts. */
function writeTime(seconds: number, nanos: number): void {
  const upper = Math.floor(seconds / UINT16) * NS_PER_S;
  const lower = (seconds % UINT16) * NS_PER_S + nanos + (upper % UINT16) * UINT16;
  to.fixed64(lower % UINT32, Math.floor(upper / UINT16) + Math.floor(lower / UINT32));
}

function writeStatus({ code, message }: LightSpan['status']): void {
  to.tag(15, Wire.sized);
  const start = to.open(1);
  if (message) {
    to.tag(2, Wire.sized);
    to.text(message);
  }
  to.tag(3, Wire.varint);
  to.varint(code);
  to.close(start, 1);
}

function writeAttributes(attributes: Attributes, field: number): void {
  for (const name in attributes) {
    if (!Object.hasOwn(attributes, name)) continue;
    to.tag(field, Wire.sized);
    const start = to.open(AN_ATTRIBUTE);
    to.tag(1, Wire.sized);
    to.text(name);
    to.tag(2, Wire.sized);
    writeSizedValue(attributes[name]);
    to.close(start, AN_ATTRIBUTE);
  }
}

function writeSizedValue(value: unknown): void {
  const start = to.open(AN_ATTRIBUTE);
  writeValue(value);
  to.close(start, AN_ATTRIBUTE);
}

/** AnyValue; nothing is written for what is no value of an attribute. */
function writeValue(value: unknown): void {
  if (typeof value === 'string') {
    to.tag(1, Wire.sized);
    to.text(value);
  } else if (typeof value === 'boolean') {
    to.tag(2, Wire.varint);
    to.varint(value ? 1 : 0);
  } else if (typeof value === 'number') {
    writeNumber(value);
  } else if (Array.isArray(value)) {
    to.tag(5, Wire.sized);
    const start = to.open(AN_ATTRIBUTE);
    for (const item of value as unknown[]) {
      to.tag(1, Wire.sized);
      writeSizedValue(item);
    }
    to.close(start, AN_ATTRIBUTE);
  }
}

function writeNumber(value: number): void {
  if (Number.isInteger(value) && value >= -MOST_INT64 && value < MOST_INT64) {
    to.tag(3, Wire.varint);
    to.varint(value);
  } else {
    to.tag(4, Wire.fixed64);
    to.double(value);
  }
}
