import { channelOf, identityKey } from '#libs/contracts';
import { type Context, contextFrom, contextOf, hasTrace, OpenSpan, SpanKind } from '#libs/telemetry';
import type { IncomingRecord } from './record.ts';

/** The span of a record's processing, or, where its topic has none, the trace in its headers. */
export function traceOf(record: IncomingRecord, value: unknown): OpenSpan | Context {
  const parent = parentOf(record, value);
  if (!record.topic.traced) return parent;
  const attributes = {
    'messaging.system.name': 'kafka',
    // Its name before version 1.45 of the conventions, for one release more.
    'messaging.system': 'kafka',
    'messaging.destination.name': record.topicName,
    ...messageIdOf(value),
  };
  return new OpenSpan(`${record.topic.name} process`, { kind: SpanKind.CONSUMER, attributes, parent });
}

/** The message that a record is about, so that a search in the traces finds each service's work on it. */
function messageIdOf(value: unknown): { 'messaging.message.id'?: string } {
  const id = (value as { messageId?: unknown } | null)?.messageId;
  return typeof id === 'string' ? { 'messaging.message.id': id } : {};
}

/** The trace in the record's headers; a request without one gets a trace derived from its identity. */
function parentOf(record: IncomingRecord, value: unknown): Context {
  const given = contextFrom(record.headers);
  const channel = channelOf(record.topic);
  if (hasTrace(given) || !channel) return given;
  const { tenant, messageId } = value as { tenant: string; messageId: string };
  return contextOf(identityKey({ tenant, channel, messageId }));
}
