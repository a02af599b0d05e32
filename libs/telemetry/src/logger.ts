import { type Context, context, isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';
import type { LoggerService } from '@nestjs/common';
import { infoLine, type PlainFields } from './log-line.ts';
import { LineBatches } from './line-batches.ts';
import { destination, pino, type Logger, type LoggerOptions } from 'pino';

export type { Logger };

/** How a service's lines are written. */
export const loggerOptions = (service: string, level: string): LoggerOptions => ({
  level,
  base: { service },
  messageKey: 'message',
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  formatters: { level: (label) => ({ level: label }) },
  serializers: { err: errorFields },
  mixin: traceFields,
});

/**
 * A JSON logger: one line per event, with the trace that it belongs to. Callers pass ids and codes, never addresses or
 * content.
 */
export function createLogger(service: string, level = 'info'): Logger {
  // The log of attempts, one line each: written in batches, at the latest after a tenth of a second, and at exit.
  const output = destination({ dest: 1, sync: false });
  const lines = new LineBatches(output);
  flushAtExit(lines);
  const logger = pino(loggerOptions(service, level), lines);
  direct.set(logger, { service, lines });
  return logger;
}

/** Loggers whose plain lines are written without pino. */
const direct = new WeakMap<object, { service: string; lines: LineBatches }>();

/**
 * As `logger.info(fields, message)` under a context, for the line that each message has.
 * @param fields flat, and without an error
 */
export function logInfo(logger: Pick<Logger, 'info'>, of: Context, fields: PlainFields, message: string): void {
  const own = direct.get(logger);
  if (!own) return context.with(of, () => logger.info(fields, message));
  if ((logger as Logger).isLevelEnabled('info'))
    own.lines.write(infoLine(own.service, Date.now(), validSpan(of), fields, message));
}

const openBatches = new Set<LineBatches>();

/** One exit listener for all loggers, before pino's own, which flushes the destination. */
function flushAtExit(lines: LineBatches): void {
  if (openBatches.size === 0)
    process.prependListener('exit', () => {
      for (const open of openBatches) open.flush();
    });
  openBatches.add(lines);
}

/** What a log may contain of an error: its name, code, stage and location; the text only where the error is ours. */
function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const { code, stage, remedy } = error as { code?: unknown; stage?: unknown; remedy?: unknown };
  const ours = typeof remedy === 'string';
  return {
    name: error.name,
    ...(code !== undefined && { code }),
    ...(ours && { stage, message: error.message, remedy }),
    at: error.stack
      ?.split('\n')
      .filter((line) => line.trimStart().startsWith('at '))
      .slice(0, 6)
      .map((line) => line.trim()),
    ...(error.cause instanceof Error && { cause: errorFields(error.cause) }),
  };
}

function traceFields(): Record<string, string> {
  const span = validSpan(context.active());
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

function validSpan(of: Context): SpanContext | undefined {
  const span = trace.getSpanContext(of);
  return span && isSpanContextValid(span) ? span : undefined;
}

/** Writes Nest's own lines to the same log. */
export class NestLogger implements LoggerService {
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  error(message: unknown, ...more: unknown[]): void {
    this.logger.error(
      { err: message instanceof Error ? message : undefined, context: more.at(-1) },
      'nest reported an error',
    );
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
}
