import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { startTelemetry } from './telemetry.ts';
import { contextOfHeaders, headersOf, withSpan } from './trace-context.ts';

const hex = (length: number) =>
  fc.oneof(
    fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)),
    fc.constantFrom('0'.repeat(length), 'A'.repeat(length), 'g'.repeat(length)),
  );
const traceparent = fc.oneof(
  fc
    .tuple(fc.constantFrom('00', '01', 'ff', '0'), hex(32), hex(16), hex(2))
    .map(([version, traceId, spanId, flags]) => `${version}-${traceId}-${spanId}-${flags}`),
  fc.constantFrom(
    '',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more',
    ' 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01',
  ),
  fc.string(),
);
const carrier = fc.record(
  { traceparent, tracestate: fc.constantFrom('a=1,b=2', ''), baggage: fc.constantFrom('k=v', ''), other: fc.string() },
  { requiredKeys: [] },
);

const seen = (of: Context) => ({
  span: trace.getSpanContext(of),
  tracestate: trace.getSpanContext(of)?.traceState?.serialize(),
  baggage: propagation.getBaggage(of)?.getAllEntries(),
});
const injected = (of: Context) => {
  const headers: Record<string, string> = {};
  propagation.inject(of, headers);
  return headers;
};

describe('the trace in the headers of a record', () => {
  let stop: () => Promise<void>;
  beforeAll(async () => {
    stop = await startTelemetry('messaging-test', { OTEL_METRICS_EXPORTER: 'none' });
  });
  afterAll(() => stop());

  it('is read and written as OpenTelemetry’s propagators do', () => {
    fc.assert(
      fc.property(carrier, (headers) => {
        const [theirs, ours] = [propagation.extract(ROOT_CONTEXT, headers), contextOfHeaders(headers)];
        expect(seen(ours)).toEqual(seen(theirs));
        expect(headersOf(ours)).toEqual(injected(theirs));
        expect(injected(ours)).toEqual(injected(theirs));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is that of the span in a context, whatever else the context contains', () => {
    const key = Symbol('kept');
    const span = trace.wrapSpanContext({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
    });
    const inner = withSpan(
      withSpan(ROOT_CONTEXT.setValue(key, 'here'), trace.wrapSpanContext(span.spanContext())),
      span,
    );
    expect([inner.getValue(key), trace.getSpan(inner)]).toEqual(['here', span]);
    const more = inner.setValue(key, 'there');
    expect([more.getValue(key), trace.getSpan(more)]).toEqual(['there', span]);
    expect(trace.getSpan(trace.deleteSpan(inner))).toBeUndefined();
    expect(inner.deleteValue(key).getValue(key)).toBeUndefined();
  });
});
