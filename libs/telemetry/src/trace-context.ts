import {
  type Context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  trace,
} from '@opentelemetry/api';

/** The keys under which the API stores a context's span and baggage: symbols that its versions share. */
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');

/** The headers of OpenTelemetry's default propagators: the W3C's trace context and baggage. */
const DEFAULT_FIELDS = 'traceparent,tracestate,baggage';
const TRACEPARENT_LENGTH = 55;
const HEX = /^[0-9a-f]+$/;
const ZEROS = /^0+$/;

/** A context with another span, without copying its values. */
class SpanInContext implements Context {
  private readonly base: Context;
  private readonly span: Span;

  constructor(parent: Context, span: Span) {
    this.base = parent instanceof SpanInContext ? parent.base : parent;
    this.span = span;
  }

  getValue(key: symbol): unknown {
    return key === SPAN ? this.span : this.base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return trace.setSpan(this.base, this.span).setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return trace.setSpan(this.base, this.span).deleteValue(key);
  }
}

export const withSpan = (parent: Context, span: Span): Context => new SpanInContext(parent, span);

/**
 * `traceparent` (and other propagated headers) of a context. OpenTelemetry's implementation iterates over propagators,
 * validates each id by a regular expression, and copies the context in each step: 1.2 KB and 2.5 µs to read, 0.7 µs to
 * write. If the default propagators are in place and there is a plain trace, it is read and written here. A test
 * compares both.
 */
export function headersOf(of: Context): Record<string, string> {
  const span = trace.getSpanContext(of);
  if (!span || !isPlain(of, span)) {
    const carrier: Record<string, string> = {};
    propagation.inject(of, carrier);
    return carrier;
  }
  return { traceparent: `00-${span.traceId}-${span.spanId}-${span.traceFlags === 1 ? '01' : '00'}` };
}

const isPlain = (of: Context, span: SpanContext): boolean =>
  isDefault &&
  span.traceState === undefined &&
  (span.traceFlags === 0 || span.traceFlags === 1) &&
  isSpanContextValid(span) &&
  propagation.getBaggage(of) === undefined;

/** The context that a carrier names, as `headersOf` writes it. */
export function contextOfHeaders(carrier: Record<string, string | undefined>): Context {
  const { traceparent, tracestate, baggage } = carrier;
  if (tracestate !== undefined || baggage !== undefined || !isDefault)
    return propagation.extract(ROOT_CONTEXT, carrier);
  if (traceparent === undefined) return ROOT_CONTEXT;
  const span = plainSpan(traceparent);
  return span ? withSpan(ROOT_CONTEXT, trace.wrapSpanContext(span)) : propagation.extract(ROOT_CONTEXT, carrier);
}

/** The usual form: version 00, without anything around it (https://www.w3.org/TR/trace-context/#traceparent-header). */
function plainSpan(text: string): SpanContext | undefined {
  if (text.length !== TRACEPARENT_LENGTH || !text.startsWith('00-') || text[35] !== '-' || text[52] !== '-')
    return undefined;
  const traceId = text.slice(3, 35);
  const spanId = text.slice(36, 52);
  const flags = text.slice(53);
  if (!HEX.test(traceId) || !HEX.test(spanId) || !HEX.test(flags) || ZEROS.test(traceId) || ZEROS.test(spanId))
    return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

let isDefault = false;

/** Must be called when the propagators are in place, since OTEL_PROPAGATORS may name others. Before, there are none. */
export function notePropagators(): void {
  isDefault = propagation.fields().join(',') === DEFAULT_FIELDS;
}
