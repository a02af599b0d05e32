import {
  BadRecordTime,
  channelOf,
  deepField,
  type FieldError,
  fieldErrors,
  fieldPath,
  HANDOVER_DEPTH,
  isDeeper,
  MAX_DEPTH,
  readPlainly,
  recordTimeProblem,
  UnreadableRecord,
  type Lane,
  type Topic,
} from '#libs/contracts';
import type { UndecodableBatch, UnreadMessage } from '../fetch/unread.ts';
import { readJson } from './read-json.ts';
import type { KafkaMessage } from 'kafkajs';

/** One record as it came from Kafka. */
export interface IncomingRecord {
  topic: Topic;
  /** With prefix and lane. */
  topicName: string;
  lane: Lane;
  partition: number;
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string | undefined>;
  /** Kafka's timestamp, ms since 1970. */
  timestamp: number;
  bytes: number;
  /**
   * A placeholder for a whole batch that cannot be decoded: `offset` is its last one, and there is neither key nor
   * value.
   */
  undecodable?: UndecodableBatch;
  /** A placeholder for one or several skipped records up to this offset. */
  skipped?: true;
}

/** What can be read of a record before its value is decoded. */
export type HeadedRecord = Pick<IncomingRecord, 'topic' | 'headers'>;

/** `topic/partition/offset`: identifies a record, also when it is read again. */
export const recordIdOf = (record: IncomingRecord): string =>
  `${record.topicName}/${record.partition}/${record.offset}`;

export function toRecord(
  topic: Topic,
  topicName: string,
  lane: Lane,
  partition: number,
  message: KafkaMessage,
): IncomingRecord {
  const { undecodable, skipped, position, time, headerTexts } = message as UnreadMessage;
  return {
    topic,
    topicName,
    lane,
    partition,
    offset: position ?? Number(message.offset),
    key: message.key,
    value: message.value,
    headers: headerTexts ?? headersOf(message),
    timestamp: time ?? Number(message.timestamp),
    bytes: (message.value?.length ?? 0) + (message.key?.length ?? 0) + (undecodable?.bytes.length ?? 0) + 200,
    ...(undecodable && { undecodable }),
    ...(skipped && { skipped }),
  };
}

function headersOf({ headers: given }: KafkaMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const name in given) {
    const value = given[name];
    headers[name] = (Array.isArray(value) ? value[0] : value)?.toString();
  }
  return headers;
}

export interface Decoded {
  /** As upstream wrote it: unknown fields kept, no defaults filled in. */
  json: unknown;
  /** As the schema parses it. */
  value: unknown;
}

/**
 * Parses a record by the schema of its topic; one of a topic of raw bytes stays as it came.
 * @throws UnreadableRecord with the field errors, never with a value; BadRecordTime for a request without a usable
 * timestamp
 */
export function decode(record: IncomingRecord): Decoded {
  // What holds bytes of any kind is passed on as it came.
  if (!record.topic.schema) return { json: undefined, value: record.value };
  // On a compacted topic a record without a value is a tombstone.
  if (record.value === null && record.topic.compacted) return { json: null, value: null };
  requireTime(record);
  const json = readJson(record.value);
  // Checked before any recursion over it.
  requireShallow(json, record.topic);
  const plain = readPlainly(record.topic.schema, json);
  if (plain !== undefined) return { json, value: plain };
  const parsed = record.topic.schema.safeParse(json);
  if (parsed.success) return { json, value: parsed.data };
  throw unreadable(record.topic, fieldErrors(parsed.error));
}

const unreadable = (topic: Topic, fields: FieldError[]) =>
  new UnreadableRecord(
    `the value breaks the schema of ${topic.name}: ${fields.map(({ field, rule }) => `${field} ${rule}`).join('; ')}`,
    fields,
  );

/** Upstream's records may have 64 levels; hand-overs add some around a request. */
function requireShallow(json: unknown, topic: Topic): void {
  const most = topic.from.includes('upstream') ? MAX_DEPTH : MAX_DEPTH + HANDOVER_DEPTH;
  if (!isDeeper(json, most)) return;
  const field = deepField(json, most);
  throw unreadable(topic, [
    {
      field: fieldPath(field === undefined ? [] : [field]),
      rule: `must have at most ${MAX_DEPTH} levels of objects and arrays`,
    },
  ]);
}

/**
 * The age and expiry of a request depend on the record's timestamp; all other records carry their time in the value.
 */
function requireTime({ topic, timestamp }: IncomingRecord): void {
  const problem = channelOf(topic) && recordTimeProblem(timestamp);
  if (problem) throw new BadRecordTime(problem);
}
