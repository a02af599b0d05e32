import {
  type Attributes,
  type Context,
  type HrTime,
  type SamplingDecision,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
} from '@opentelemetry/api';

/** The fields of the SDK's tracer that are used here; a test fails if a version of the SDK lacks them. */
export interface SdkTracer {
  instrumentationScope: object;
  _resource: object;
  _idGenerator: { generateTraceId(): string; generateSpanId(): string };
  _sampler: {
    shouldSample(
      context: Context,
      traceId: string,
      name: string,
      kind: SpanKind,
      attributes: Attributes,
      links: readonly never[],
    ): { decision: SamplingDecision; attributes?: Attributes; traceState?: SpanContext['traceState'] };
  };
  _spanProcessor: { onStart(span: Span, context: Context): void; onEnding?(span: Span): void; onEnd(span: Span): void };
  _tracerMetrics: {
    startedSpans: object;
    startSpan(parent: SpanContext | undefined, decision: SamplingDecision): () => void;
  };
}

const NS_PER_S = 1_000_000_000;
const NONE: readonly never[] = Object.freeze([]);
const UNSET: SpanStatus = Object.freeze({ code: SpanStatusCode.UNSET });

export interface SpanStart {
  name: string;
  kind: SpanKind;
  parent: Context;
  attributes?: Attributes | undefined;
}

/**
 * A span with attributes and a status, as the SDK's exporters read it. The fields that only exporters read are computed
 * when they do.
 */
export class LightSpan implements Span {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly parentSpanContext: SpanContext | undefined;
  status: SpanStatus = UNSET;
  ended = false;
  private readonly context: SpanContext;
  private readonly tracer: SdkTracer;
  private readonly countEnd: (() => void) | undefined;
  /** ms since 1970, and the time on the monotonic clock. */
  readonly started = Date.now();
  private readonly steady = performance.now();
  lastedMs = 0;

  constructor(
    tracer: SdkTracer,
    { name, kind, attributes }: SpanStart,
    context: SpanContext,
    parent: SpanContext | undefined,
    countEnd: (() => void) | undefined,
  ) {
    this.tracer = tracer;
    this.name = name;
    this.kind = kind;
    this.attributes = attributesOf(attributes);
    this.context = context;
    this.parentSpanContext = parent;
    this.countEnd = countEnd;
  }

  spanContext(): SpanContext {
    return this.context;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttribute(name: string, value: Attributes[string]): this {
    if (!this.ended && value !== undefined) this.attributes[name] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    for (const name of Object.keys(attributes)) this.setAttribute(name, attributes[name]);
    return this;
  }

  setStatus({ code, message }: SpanStatus): this {
    if (this.ended || code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK) return this;
    this.status = { code, ...(code === SpanStatusCode.ERROR && message !== undefined && { message }) };
    return this;
  }

  end(): void {
    if (this.ended) return;
    this.lastedMs = performance.now() - this.steady;
    const { _spanProcessor: processor } = this.tracer;
    processor.onEnding?.(this);
    this.countEnd?.();
    this.ended = true;
    processor.onEnd(this);
  }

  // Fields that exporters read: computed when they do.

  get startTime(): HrTime {
    return hrTimeOf(this.started);
  }

  get duration(): HrTime {
    return hrTimeOf(this.lastedMs);
  }

  get endTime(): HrTime {
    const [seconds, nanos] = this.startTime;
    const [more, moreNanos] = this.duration;
    const sum = nanos + moreNanos;
    return sum < NS_PER_S ? [seconds + more, sum] : [seconds + more + 1, sum - NS_PER_S];
  }

  get resource(): object {
    return this.tracer._resource;
  }

  get instrumentationScope(): object {
    return this.tracer.instrumentationScope;
  }

  get links(): readonly never[] {
    return NONE;
  }

  get events(): readonly never[] {
    return NONE;
  }

  get droppedAttributesCount(): number {
    return 0;
  }

  get droppedEventsCount(): number {
    return 0;
  }

  get droppedLinksCount(): number {
    return 0;
  }

  // Parts of OpenTelemetry's interface that the platform does not use: facts are not events of spans (docs/adr/0003).

  updateName(): never {
    throw new TypeError(unsupported);
  }

  addEvent(): never {
    throw new TypeError(unsupported);
  }

  addLink(): never {
    throw new TypeError(unsupported);
  }

  addLinks(): never {
    throw new TypeError(unsupported);
  }

  recordException(): never {
    throw new TypeError(unsupported);
  }
}

const unsupported = 'spans of this platform have a name, attributes and a status only';

/** Seconds and nanoseconds. */
const hrTimeOf = (ms: number): HrTime => [Math.trunc(ms / 1_000), Math.round((ms % 1_000) * 1_000_000)];

/** A copy without undefined values; the same object where there are none. */
export function attributesOf(given: Attributes | undefined): Attributes {
  for (const name in given) {
    if (given[name] !== undefined) continue;
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  }
  return { ...given };
}
