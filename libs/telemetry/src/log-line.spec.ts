import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { context, type Context, type ContextManager, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { pino } from 'pino';
import { infoLine, type PlainFields } from './log-line.ts';
import { logInfo, loggerOptions } from './logger.ts';

const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const traced = trace.setSpanContext(ROOT_CONTEXT, span);

/** What pino writes under a context. */
function pinosLine(service: string, under: Context, fields: PlainFields, message: string): string {
  let written = '';
  const logger = pino(loggerOptions(service, 'info'), { write: (line) => void (written += line) });
  logInfo(logger, under, fields, message);
  return written;
}

/** Keeps the active context where nothing is asynchronous. */
function activeContext(): ContextManager {
  let active = ROOT_CONTEXT;
  const manager: ContextManager = {
    active: () => active,
    with: (of, work, thisArg, ...given) => {
      const before = active;
      active = of;
      try {
        return work.apply(thisArg as never, given);
      } finally {
        active = before;
      }
    },
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

/** Well-formed: half a surrogate pair pino writes in two ways, by the length of the text. */
const text = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('sent', '"', '\\', '\n', '\u2028', ''))
  .map((any) => any.toWellFormed());
const fieldsOf = fc.dictionary(
  fc.oneof(text, fc.constantFrom('mi.hop', 'messaging.message.id')),
  fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(undefined)),
  { maxKeys: 8, noNullPrototype: true },
);

describe('a plain log line', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 1_790_000_000_123, doNotFake: ['nextTick', 'setImmediate'] });
    context.setGlobalContextManager(activeContext());
  });
  afterEach(() => {
    jest.useRealTimers();
    context.disable();
  });

  it('is, letter by letter, the one that pino writes', () => {
    fc.assert(
      fc.property(fieldsOf, text, fc.boolean(), fc.constantFrom('email', 'a "b"'), (fields, message, inTrace, name) => {
        // Serialized by us, set as a prototype, or of the line itself: nobody writes these here.
        for (const reserved of ['err', '__proto__', 'trace_id', 'span_id', 'toJSON']) delete fields[reserved];
        const under = inTrace ? traced : ROOT_CONTEXT;
        expect(infoLine(name, Date.now(), inTrace ? span : undefined, fields, message)).toBe(
          pinosLine(name, under, fields, message),
        );
      }),
      { numRuns: 500 },
    );
  });
});
