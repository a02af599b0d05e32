import { setTimeout as delay } from 'node:timers/promises';
import { bisect, gather, type MicroBatch, Refused } from '#libs/batching';
import {
  fieldErrors,
  InfrastructureDown,
  RecordRefused,
  surelyHolds,
  topicName,
  type Lane,
  type Topic,
} from '#libs/contracts';
import { type Context, traceHeaders } from '#libs/telemetry';
import type { KafkaConfig } from './kafka.config.ts';
import { keyPartitioner } from './partition/partition.policy.ts';
import type { Kafka, Message, Producer, TopicMessages } from 'kafkajs';

export interface Outgoing {
  topic: Topic;
  /** Ignored where the topic has no lanes. */
  lane?: Lane;
  key: Buffer | string | null;
  /** Serialised as JSON; bytes are written unchanged. */
  value: object | Buffer | null;
  headers?: Record<string, string>;
  /** The trace that it belongs to; default: the active one. */
  context?: Context;
}

interface Entry {
  topic: string;
  message: Message;
}

const CLOSE_WITHIN_MS = 1_000;

/**
 * Writes records, acknowledged by all in-sync replicas; records that arrive within a few milliseconds are sent in one
 * request.
 */
export class Publisher {
  private readonly producer: Producer;
  private readonly prefix: string;
  private readonly source: string;
  private readonly batch: MicroBatch<Entry, true>;
  private connected: Promise<void> | undefined;

  constructor(kafka: Kafka, config: KafkaConfig, service: string) {
    this.prefix = config.KAFKA_TOPIC_PREFIX;
    this.source = `messaging/${service}`;
    this.producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: keyPartitioner,
      retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    this.batch = gather({ size: 500, lingerMs: 2, isOneEntrys: isRefusal }, (entries) => this.send(entries));
  }

  /**
   * Resolves when Kafka has the record. Carries the active span's `traceparent` and CloudEvents attributes.
   * @throws InfrastructureDown when Kafka cannot be reached; RecordRefused when it breaks its topic's schema, or Kafka
   * refuses it.
   */
  async publish(outgoing: Outgoing): Promise<void> {
    const refusal = contractRefusal(outgoing);
    if (refusal) throw refusal;
    await this.batch.add(this.entryOf(outgoing)).catch((error: unknown) => {
      throw isRefusal(error) ? new RecordRefused(outgoing.topic.name, [], { cause: error }) : error;
    });
  }

  /**
   * As `publish`, for many records.
   * @returns in their order, why a record was refused; all others are published
   * @throws InfrastructureDown when Kafka cannot be reached: some may have been published
   */
  async publishAll(records: readonly Outgoing[]): Promise<(RecordRefused | undefined)[]> {
    const refusals = records.map(contractRefusal);
    const kept = [...records.keys()].filter((index) => refusals[index] === undefined);
    const answers = await bisect(
      kept.map((index) => this.entryOf(records[index]!)),
      (entries) => this.send(entries),
      isRefusal,
    );
    for (const [at, index] of kept.entries()) {
      const answer = answers[at];
      if (answer instanceof Refused)
        refusals[index] = new RecordRefused(records[index]!.topic.name, [], { cause: answer.error });
    }
    return refusals;
  }

  async connect(): Promise<void> {
    this.connected ??= this.producer.connect();
    await this.connected.catch((error: unknown) => {
      this.connected = undefined;
      throw error;
    });
  }

  /** Everything published is acknowledged already, so a broker that does not respond is not waited for. */
  async close(): Promise<void> {
    await Promise.race([this.producer.disconnect(), delay(CLOSE_WITHIN_MS, undefined, { ref: false })]);
  }

  private entryOf(outgoing: Outgoing): Entry {
    const { topic, lane } = outgoing;
    return { topic: topicName(topic, this.prefix, lane), message: this.messageOf(outgoing) };
  }

  private messageOf({ topic, key, value, headers, context }: Outgoing): Message {
    const trace = traceHeaders(context);
    if (value === null || Buffer.isBuffer(value)) return { key, value, headers: { ...trace, ...headers } };
    const all: Record<string, string> = {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_type: `messaging.${topic.name}`,
      ce_source: this.source,
      ce_time: new Date().toISOString(),
    };
    const { eventId } = value as { eventId?: unknown };
    if (typeof eventId === 'string') all['ce_id'] = eventId;
    return { key, value: JSON.stringify(value), headers: Object.assign(all, trace, headers) };
  }

  private async send(entries: readonly Entry[]): Promise<true[]> {
    if (entries.length === 0) return [];
    try {
      await this.connect();
      await this.producer.sendBatch({ acks: -1, topicMessages: grouped(entries) });
      return entries.map(() => true);
    } catch (error) {
      if (isRefusal(error)) throw error;
      throw new InfrastructureDown('kafka', 'publish', { cause: error });
    }
  }
}

/** A record that breaks its schema would be unreadable, so it is refused here, at its source. */
function contractRefusal({ topic, value }: Outgoing): RecordRefused | undefined {
  if (value === null || Buffer.isBuffer(value) || !topic.schema) return undefined;
  if (surelyHolds(topic.schema, value)) return undefined;
  const checked = topic.schema.safeParse(value);
  return checked.success ? undefined : new RecordRefused(topic.name, fieldErrors(checked.error));
}

function grouped(entries: readonly Entry[]): TopicMessages[] {
  const byTopic = new Map<string, Message[]>();
  for (const { topic, message } of entries) {
    const messages = byTopic.get(topic);
    if (messages) messages.push(message);
    else byTopic.set(topic, [message]);
  }
  return [...byTopic].map(([topic, messages]) => ({ topic, messages }));
}

/**
 * Errors that can be one record's own fault; a refused login or a lost broker is no record's fault, and waiting can
 * help.
 */
const faultsOfRecords = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);

function isRefusal(error: unknown): boolean {
  const { type, name } = innermost(error) as { type?: string; name?: string };
  // kafkajs's own validation of arguments; its other errors have names of their own.
  return faultsOfRecords.has(type ?? '') || name === 'KafkaJSNonRetriableError';
}

/**
 * kafkajs nests its retriers: a lost broker is reported as an error that cannot be retried, around one whose retries
 * ended, around the cause.
 */
function innermost(error: unknown): unknown {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? innermost(cause) : error;
}
