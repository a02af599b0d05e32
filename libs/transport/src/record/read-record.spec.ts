import { topics } from '#libs/contracts';
import { activeTraceId, contextFrom, OpenSpan, startTelemetry } from '#libs/telemetry';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReadRecord } from './read-record.ts';
import type { IncomingRecord } from './record.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
const record = { topic: topics.statusChanged, headers: {} } as unknown as IncomingRecord;

let stopTelemetry: () => Promise<void>;
beforeAll(async () => void (stopTelemetry = await startTelemetry('read-record', {})));
afterAll(() => stopTelemetry());

function aRecord(traced: ConstructorParameters<typeof ReadRecord>[2]) {
  const ends: (Error | undefined)[] = [];
  const read = new ReadRecord(record, { json: {}, value: 'a value' }, traced, {
    done: (error) => void ends.push(error),
  });
  return { read, ends };
}

describe('a record of a topic without spans', () => {
  it('is finished once its work is, which runs in the trace of its headers', async () => {
    const { read, ends } = aRecord(contextFrom({ traceparent }));
    let seen: unknown[] = [];
    await read.doneAfter((value) => Promise.resolve(void (seen = [value, activeTraceId(), ends.length])));
    expect(seen).toEqual(['a value', traceId, 0]);
    expect(ends).toEqual([undefined]);
  });

  it('ends with what its work throws, once', async () => {
    const { read, ends } = aRecord(contextFrom({ traceparent }));
    const reason = new Error('no such table');
    await read.doneAfter(() => Promise.reject(reason));
    read.done();
    expect(ends).toEqual([reason]);
  });

  it('ends also with what its work throws at once', async () => {
    const { read, ends } = aRecord(contextFrom({ traceparent }));
    await read.doneAfter(() => {
      throw new RangeError('no such fact');
    });
    expect(ends).toEqual([new RangeError('no such fact')]);
  });
});

describe('a record with a span of its own', () => {
  it('ends its span as it ends itself', async () => {
    const span = new OpenSpan('email.requested process', { parent: contextFrom({ traceparent }) });
    const { read, ends } = aRecord(span);
    expect(read.context).toBe(span.context);
    await read.doneAfter(() => Promise.resolve(activeTraceId()));
    expect(ends).toEqual([undefined]);
    expect(span.span.isRecording()).toBe(false);
  });
});
