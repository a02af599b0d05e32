import {
  context,
  metrics,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { startLightSpan } from './light-tracer.ts';
import { type SpanSerializer, writeSpansInOnePass } from './otlp-spans.ts';
import { type MetricsEndpoint, servePrometheus } from './metrics/prometheus.ts';
import { observeRuntime } from './metrics/runtime.ts';
import { contextOfHeaders, headersOf, notePropagators, withSpan } from './trace-context.ts';

export { SpanKind, type Attributes, type Context, type Span };

interface SilentProcessor {
  onStart(): void;
  onEnd(): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Without a span processor the SDK creates trace ids of zeros: this one makes them real and exports nothing. */
const silent: SilentProcessor = {
  onStart: () => {},
  onEnd: () => {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

/**
 * Starts tracing and, if configured, a Prometheus endpoint for this process. Spans are exported by OTLP when
 * OTEL_EXPORTER_OTLP_ENDPOINT (or the traces one) is set. If OTEL_METRICS_EXPORTER is set, the SDK exports metrics that
 * way, without the endpoint.
 * @returns a function that flushes and stops it.
 * @throws InvalidConfiguration where the endpoint's port cannot be used
 */
export async function startTelemetry(
  service: string,
  env: NodeJS.ProcessEnv = process.env,
  place?: MetricsEndpoint,
): Promise<() => Promise<void>> {
  const exporting = Boolean(env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']);
  const metricsGo = env['OTEL_METRICS_EXPORTER'];
  const scraped =
    metricsGo === undefined && place !== undefined && place.port > 0 ? await servePrometheus(place) : undefined;
  // Logs go to stdout: without these, the SDK would export logs and metrics to localhost.
  env['OTEL_LOGS_EXPORTER'] ??= 'none';
  const ours = metricsGo === undefined || metricsGo === 'none';
  const sdk = new NodeSDK({
    serviceName: service,
    ...(ours && { metricReaders: scraped ? [scraped] : [] }),
    ...(!exporting && { spanProcessors: [silent] }),
  });
  if (exporting) writeSpansInOnePass(ProtobufTraceSerializer as SpanSerializer);
  sdk.start();
  notePropagators();
  const isMeasured = scraped !== undefined || (metricsGo !== undefined && metricsGo !== 'none');
  const stopObserving = isMeasured ? observeRuntime() : undefined;
  return async () => {
    stopObserving?.();
    await sdk.shutdown().catch(() => undefined);
    // Otherwise a service that starts later in this process would use the meter provider that was shut down.
    if (scraped) metrics.disable();
  };
}

/** Delegates to the SDK's tracer once it is started, so it need not be looked up for each span. */
const tracer = trace.getTracer('messaging-integrations');

/** The context that a carrier's `traceparent` names; a context without a trace where there is none. */
export function contextFrom(carrier: Record<string, string | undefined>): Context {
  return contextOfHeaders(carrier);
}

/**
 * A context for a record without a trace. Derived from its identity (a UUID), so that every service, and every
 * redelivery, computes the same trace.
 */
export function contextOf(identity: string): Context {
  const hex = identity.replaceAll('-', '');
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: hex,
    spanId: hex.slice(8, 24),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });
}

/** Whether a context has a trace. */
export const hasTrace = (of: Context): boolean => trace.getSpanContext(of) !== undefined;

/** `traceparent` (and `tracestate`) of the active span. */
export function traceHeaders(of: Context = context.active()): Record<string, string> {
  return headersOf(of);
}

/** The active trace's id, or undefined outside of one. */
export function activeTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}

/** The labels of the active span; nothing where there is none. */
export function activeSpanAttributes(): Attributes {
  const span = trace.getActiveSpan();
  return span && 'attributes' in span ? (span.attributes as Attributes) : {};
}

export interface SpanOptions {
  kind?: SpanKind;
  attributes?: Attributes;
  /** Default: the active context. */
  parent?: Context;
}

/**
 * Sets attributes of a span that is being recorded. The SDK's own method creates a WeakSet for every value and checks
 * each twice: more than twenty a message, which the garbage collector handles separately. Ours are plain values by
 * type.
 */
export function label(span: Span, attributes: Attributes): void {
  if (!span.isRecording() || !('attributes' in span)) return;
  const own = span.attributes as Attributes;
  for (const name in attributes) if (attributes[name] !== undefined) own[name] = attributes[name];
}

/** A span that is ended explicitly: for work that is not one call of a function. */
export class OpenSpan {
  readonly span: Span;
  /** Runs `work` with the span as the active one. */
  readonly context: Context;

  constructor(name: string, { kind = SpanKind.INTERNAL, attributes, parent = context.active() }: SpanOptions) {
    this.span = startLightSpan(tracer, { name, kind, parent, attributes });
    this.context = withSpan(parent, this.span);
  }

  /** @param error marks the span as failed, by the error's name only */
  end(error?: unknown): void {
    if (error !== undefined)
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
    this.span.end();
  }
}

/** Runs `work` in a span of its own; an error marks the span as failed and is rethrown. */
export async function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const open = new OpenSpan(name, options);
  try {
    const result = await underContext(open.context, () => work(open.span));
    open.end();
    return result;
  } catch (error) {
    open.end(error);
    throw error;
  }
}

/** Runs `work` in a context, for example a stored one. */
export const underContext = <T>(of: Context, work: () => T): T => context.with(of, work);

/** The active context, to be stored. */
export const currentContext = (): Context => context.active();
