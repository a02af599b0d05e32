import { type Party, type Topic, topicNames, topics } from '#libs/contracts';
import { z } from 'zod';
import { contractsOfTopics, nameOf } from './schemas.ts';

const PREFIX = 'messaging.';
const HOUR_MS = 3_600_000;

/** Parties that are not part of the platform: what they do is the other side of our operations. */
const outside = new Set<Party>(['upstream', 'operators']);

/** The platform's topics as an AsyncAPI 3 document. */
export function asyncApi(): object {
  const entries = Object.entries<Topic>(topics);
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Messaging Integrations',
      version: '1.0.0',
      description:
        'Ask for a message by writing to a `*.requested` topic; follow it in `messaging.status.changed`. The ' +
        'prefix `messaging.` is configurable.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(entries.flatMap(([id, topic]) => channelsOf(id, topic))),
    operations: Object.fromEntries(entries.flatMap(([id, topic]) => operationsOf(id, topic))),
    components: {
      messages: Object.fromEntries(entries.map(([id, topic]) => [id, messageOf(topic)])),
      schemas: { ...schemas(), Headers: headers, QuarantineHeaders: quarantineHeaders },
    },
  };
}

/** One channel per lane: `emailRequested`, `emailRequestedUrgent`, `emailRequestedBulk`. */
function channelIds(id: string, topic: Topic): { channel: string; address: string }[] {
  return topicNames(topic, PREFIX).map((address) => {
    const lane = address.slice(PREFIX.length + topic.name.length + 1);
    return { channel: id + lane.slice(0, 1).toUpperCase() + lane.slice(1), address };
  });
}

function channelsOf(id: string, topic: Topic): [string, object][] {
  return channelIds(id, topic).map(({ channel, address }) => [
    channel,
    {
      address,
      description: topic.brokerTime
        ? `${topic.meaning} Its records bear the broker’s time (message.timestamp.type=LogAppendTime).`
        : topic.meaning,
      messages: { [id]: { $ref: `#/components/messages/${id}` } },
      bindings: {
        kafka: {
          topicConfiguration: {
            'cleanup.policy': [topic.compacted ? 'compact' : 'delete'],
            ...(!topic.compacted && { 'retention.ms': topic.retentionHours * HOUR_MS }),
            'max.message.bytes': topic.maxBytes,
          },
          bindingVersion: '0.5.0',
        },
      },
    },
  ]);
}

function operationsOf(id: string, topic: Topic): [string, object][] {
  const operation = (action: 'send' | 'receive') => (party: Party) =>
    channelIds(id, topic).map(({ channel }): [string, object] => [
      `${party}.${action}.${channel}`,
      {
        action,
        channel: { $ref: `#/channels/${channel}` },
        summary: topic.meaning,
        tags: [{ name: party }],
        messages: [{ $ref: `#/channels/${channel}/messages/${id}` }],
      },
    ]);
  const ours = (parties: Party[]) => parties.filter((party) => !outside.has(party));
  return [...ours(topic.from).flatMap(operation('send')), ...ours(topic.to).flatMap(operation('receive'))];
}

function messageOf(topic: Topic): object {
  const key = { type: 'string', description: `The record's key: ${topic.key}.` };
  const shared = { name: topic.name, summary: topic.meaning, bindings: { kafka: { key, bindingVersion: '0.5.0' } } };
  if (!topic.schema) {
    return {
      ...shared,
      contentType: 'application/octet-stream',
      headers: { $ref: '#/components/schemas/QuarantineHeaders' },
      payload: { description: 'Bytes as they came.' },
    };
  }
  return {
    ...shared,
    contentType: 'application/json',
    headers: { $ref: '#/components/schemas/Headers' },
    payload: { $ref: `#/components/schemas/${nameOf(topic.schema, topic)}` },
  };
}

/** By a registry of our own: an id in a schema's own metadata would give references that lead nowhere. */
function schemas(): Record<string, object> {
  const registry = z.registry<{ id: string }>();
  for (const { name, schema } of contractsOfTopics()) registry.add(schema, { id: name });
  const { schemas: made } = z.toJSONSchema(registry, {
    target: 'draft-7',
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(Object.entries(made).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]));
}

const text = (description: string) => ({ type: 'string', description });

const headers = {
  type: 'object',
  description: 'All optional: a record without any is accepted.',
  properties: {
    traceparent: text('W3C trace context: the trace that the message continues.'),
    tracestate: text('W3C trace state.'),
    ce_specversion: text('CloudEvents, binary mode: 1.0.'),
    ce_id: text('The event’s id: a repeat has the same.'),
    ce_type: text('The topic’s name with the standard prefix.'),
    ce_source: text('Which service wrote it, such as messaging/email.'),
    ce_time: text('When it was written.'),
  },
};

const quarantineHeaders = {
  type: 'object',
  description: 'Beside the headers that the record came with.',
  properties: {
    'x-origin-topic': text('Where it stood.'),
    'x-origin-partition': text('Where it stood.'),
    'x-origin-offset': text('Where it stood; of a batch that cannot be decoded, its first offset.'),
    'x-origin-last-offset': text('Of a batch that cannot be decoded: its last offset.'),
    'x-batch-fault': text('Why a batch cannot be decoded: magic, crc, codec, compression or records.'),
    'x-batch-bytes': text('How long that batch is; its bytes are the value, unless the topic does not take as many.'),
    'x-origin-timestamp': text('Kafka’s time of the record, ms since 1970.'),
    'x-quarantined-by': text('Which service.'),
    'x-quarantined-at': text('When.'),
    'x-error-code': text('Such as MSG_UNREADABLE, MSG_ID_CONFLICT or MSG_UNDECODABLE_BATCH.'),
    'x-error-stage': text('Where on its way it was stopped.'),
    'x-error': text('Which fields break which rules; never a value.'),
    'x-error-remedy': text('What to do.'),
  },
};
