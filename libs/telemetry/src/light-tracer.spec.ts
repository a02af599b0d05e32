import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  type Attributes,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  trace,
  type Tracer,
  TraceFlags,
} from '@opentelemetry/api';
import fc from 'fast-check';
import { type SpanSerializer, writeSpansInOnePass } from './otlp-spans.ts';
import { sdkTracerOf, startLightSpan } from './light-tracer.ts';

interface Sdk {
  TracerProvider: new (options: object) => { getTracer(name: string): Tracer };
  ParentBasedSampler: new (options: object) => object;
  TraceIdRatioBasedSampler: new (ratio: number) => object;
}
interface Transformer {
  ProtobufTraceSerializer: SpanSerializer;
}

const load = createRequire(import.meta.url);
const beside = (name: string) => createRequire(load.resolve(name));
const sdk = beside('@opentelemetry/sdk-node')('@opentelemetry/sdk-trace') as Sdk;
const exporter = beside('@opentelemetry/sdk-node').resolve('@opentelemetry/exporter-trace-otlp-proto');
const { ProtobufTraceSerializer } = createRequire(exporter)('@opentelemetry/otlp-transformer') as Transformer;
/** OpenTelemetry's own, with which light spans are written here. */
const inOnePass = { ...ProtobufTraceSerializer };
const passedOn: unknown[][] = [];
inOnePass.serializeRequest = (spans) => {
  passedOn.push([...spans]);
  return ProtobufTraceSerializer.serializeRequest(spans);
};
writeSpansInOnePass(inOnePass);

/** A tracer provider with fixed ids that keeps what would be exported, in the order in which the spans ended. */
function aTracer(sampler?: object) {
  let ids = 0;
  const next = (length: number) => (ids += 1).toString(16).padStart(length, 'a');
  const idGenerator = { generateTraceId: () => next(32), generateSpanId: () => next(16) };
  const ended: Span[] = [];
  const flush = () => Promise.resolve();
  const processor = { onStart: () => {}, onEnd: (span: Span) => ended.push(span), forceFlush: flush, shutdown: flush };
  const provider = new sdk.TracerProvider({ idGenerator, spanProcessors: [processor], ...(sampler && { sampler }) });
  const otlp = (by = ProtobufTraceSerializer) => Buffer.from(by.serializeRequest(ended)!).toString('hex');
  return { tracer: provider.getTracer('messaging-integrations'), ended, otlp };
}

interface Case {
  name: string;
  kind: SpanKind;
  attributes: Attributes;
  status: SpanStatus | undefined;
  flags: number | undefined;
  msBefore: number;
  ms: number;
}
const value = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.array(fc.string(), { maxLength: 3 }),
);
/** The SDK loses the attribute `__proto__`, since it sets it as the object's prototype; ours never has that name. */
const attributeName = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__');

const spans: fc.Arbitrary<Case[]> = fc.array(
  fc.record({
    name: fc.string({ unit: 'grapheme' }),
    kind: fc.constantFrom<SpanKind>(0, 1, 2, 3, 4),
    attributes: fc.dictionary(attributeName, value, { maxKeys: 8, noNullPrototype: true }),
    status: fc.option(
      fc.record({
        code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR),
        message: fc.string(),
      }),
      { nil: undefined },
    ),
    flags: fc.constantFrom(undefined, TraceFlags.NONE, TraceFlags.SAMPLED),
    msBefore: fc.nat(100_000),
    ms: fc.nat(5_000_000),
  }),
  { minLength: 1, maxLength: 6 },
);

const remote = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', isRemote: true };
const parentOf = ({ flags }: Case) =>
  flags === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...remote, traceFlags: flags });

/** Each is the parent of the next. */
function play(cases: readonly Case[], start: (each: Case, parent: ReturnType<typeof parentOf>) => Span): void {
  const [first, ...others] = cases;
  const nested = (each: Case, rest: readonly Case[], parent: ReturnType<typeof parentOf>): void => {
    jest.advanceTimersByTime(each.msBefore);
    const span = start(each, parent);
    if (rest.length > 0) nested(rest[0]!, rest.slice(1), trace.setSpan(parent, span));
    if (each.status) span.setStatus(each.status);
    jest.advanceTimersByTime(each.ms);
    span.end();
  };
  nested(first!, others, parentOf(first!));
}

describe('a span', () => {
  beforeEach(() => void jest.useFakeTimers({ now: 1_790_000_000_123, doNotFake: ['nextTick', 'setImmediate'] }));
  afterEach(() => void jest.useRealTimers());

  const samplers: [string, (() => object) | undefined][] = [
    ['its own sampler', undefined],
    [
      'a sampler that takes up no new trace',
      () => new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(0) }),
    ],
  ];

  it.each(samplers)('is exported exactly as one of the SDK, by %s', (_, sampler) => {
    fc.assert(
      fc.property(spans, (cases) => {
        const [theirs, ours] = [aTracer(sampler?.()), aTracer(sampler?.())];
        jest.setSystemTime(1_790_000_000_123);
        play(cases, ({ name, kind, attributes }, parent) =>
          theirs.tracer.startSpan(name, { kind, attributes }, parent),
        );
        jest.setSystemTime(1_790_000_000_123);
        play(cases, ({ name, kind, attributes }, parent) =>
          startLightSpan(ours.tracer, { name, kind, attributes, parent }),
        );
        const expected = theirs.otlp();
        expect(ours.otlp()).toBe(expected);
        expect(ours.otlp(inOnePass)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('is written by the SDK where one of its own goes in the same request, or the trace has a state', () => {
    const [mixed, plain] = [aTracer(), aTracer()];
    const start = { name: 'ours', kind: SpanKind.INTERNAL, parent: ROOT_CONTEXT };
    startLightSpan(mixed.tracer, start).end();
    mixed.tracer.startSpan('theirs').end();
    startLightSpan(plain.tracer, start).end();
    passedOn.length = 0;
    expect(mixed.otlp(inOnePass)).toBe(mixed.otlp());
    expect(plain.otlp(inOnePass)).toBe(plain.otlp());
    expect(passedOn).toEqual([mixed.ended]);
    const stated = aTracer();
    const traceState = createTraceState('vendor=1');
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...remote, traceFlags: TraceFlags.SAMPLED, traceState });
    startLightSpan(stated.tracer, { ...start, parent }).end();
    expect(stated.otlp(inOnePass)).toBe(stated.otlp());
    expect(passedOn).toEqual([mixed.ended, stated.ended]);
  });

  it('is made here, and not by the SDK, as long as the SDK’s tracer has the expected fields', () => {
    const { tracer } = aTracer();
    expect(sdkTracerOf(tracer)).toBe(tracer);
    const theirs = tracer.startSpan('theirs').constructor.name;
    const ours = startLightSpan(tracer, { name: 'ours', kind: SpanKind.INTERNAL, parent: ROOT_CONTEXT });
    expect([theirs, ours.constructor.name]).toEqual(['SpanImpl', 'LightSpan']);
  });

  it('leaves out attributes that are undefined, and whatever is set after its end', () => {
    const { tracer, ended } = aTracer();
    const attributes = { known: 1, missing: undefined } as unknown as Attributes;
    const span = startLightSpan(tracer, { name: 'a', kind: SpanKind.CLIENT, attributes, parent: ROOT_CONTEXT });
    span.end();
    span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('late', true).end();
    expect(ended).toEqual([span]);
    expect(span).toMatchObject({ attributes: { known: 1 }, status: { code: SpanStatusCode.UNSET } });
    expect(Object.keys((span as unknown as { attributes: object }).attributes)).toEqual(['known']);
  });
});
