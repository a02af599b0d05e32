import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger, type Logger } from '#libs/telemetry';
import { createKafka, type KafkaConfig, kafkaSettings } from '#libs/transport';
import { eventually, type Timeout } from './eventually.ts';
import { given } from './services.ts';
import type { Admin, Consumer, Kafka, KafkaMessage, Producer } from 'kafkajs';
import { z } from 'zod';

/** Brokers of the integration tests' Kafka, as KAFKA_BROKERS expects them. */
export const kafkaBrokers = (): string => given('TEST_KAFKA_BROKERS');

/** The Kafka settings of a service under test; `more`: further environment variables. */
export const aKafkaConfig = (prefix: string, more: Partial<Record<keyof KafkaConfig, string>> = {}): KafkaConfig =>
  z.object(kafkaSettings).parse({ KAFKA_BROKERS: kafkaBrokers(), KAFKA_TOPIC_PREFIX: prefix, ...more });

/** Logs nothing: tests assert what they need. */
export const silentLogger = (): Logger => createLogger('test', 'silent');

/** A client without the platform's publisher, such as an upstream or operator has. */
export const aKafka = (): Kafka => createKafka(aKafkaConfig(''), 'test', silentLogger());

/** Repeats `work` while partitions have no leader yet, as right after topics were created on a busy machine. */
export async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = aKafka().admin();
  await admin.connect();
  const end = performance.now() + 20_000;
  try {
    for (;;) {
      try {
        return await work(admin);
      } catch (error) {
        if ((error as { retriable?: boolean }).retriable !== true || performance.now() > end) throw error;
        await delay(200);
      }
    }
  } finally {
    await admin.disconnect();
  }
}

/** The value; an object is written as JSON, text and bytes unchanged. */
export interface RawRecord {
  key?: string | Buffer | null;
  value: object | string | Buffer | null;
  headers?: Record<string, string>;
  partition?: number;
  /** The producer's timestamp, ms since 1970; the broker replaces it on topics with LogAppendTime. Default: now. */
  timestamp?: string;
}

export interface SeenRecord {
  partition: number;
  offset: number;
  /** When it was written, ms since 1970. */
  timestamp: number;
  key: string | null;
  keyBytes: Buffer | null;
  /** The raw bytes. */
  value: Buffer | null;
  headers: Record<string, string>;
  /** The value parsed as JSON. */
  json<T = Record<string, unknown>>(): T;
}

/** The records of one topic since `collect` was called. */
export interface Collected {
  readonly records: readonly SeenRecord[];
  /** Waits until at least `count` records, all or those that match, have arrived, and returns these. */
  until(count: number, matches?: (record: SeenRecord) => boolean, timeout?: Timeout): Promise<SeenRecord[]>;
}

/** Writes and reads raw records; `close` it after the tests. */
export class KafkaTestClient {
  private readonly kafka = aKafka();
  private readonly consumers: Consumer[] = [];
  private producer: Promise<Producer> | undefined;

  async produce(topic: string, ...records: RawRecord[]): Promise<void> {
    this.producer ??= this.connectProducer();
    const messages = records.map(({ key = null, value, ...rest }) => ({ key, value: bytesOf(value), ...rest }));
    await (await this.producer).send({ topic, acks: -1, messages });
  }

  /** Collects what is written to a topic from now on; existing records are ignored. */
  async collect(topic: string): Promise<Collected> {
    const starts = await withAdmin((admin) => admin.fetchTopicOffsets(topic));
    const from = new Map(starts.map(({ partition, offset }) => [partition, Number(offset)]));
    const records: SeenRecord[] = [];
    const consumer = this.kafka.consumer({
      groupId: `test-reader-${randomBytes(5).toString('hex')}`,
      maxWaitTimeInMs: 100,
      retry: { initialRetryTime: 100, retries: 10 },
    });
    this.consumers.push(consumer);
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        if (Number(message.offset) >= (from.get(partition) ?? 0)) records.push(seen(partition, message));
      },
    });
    return { records, until: (count, matches, timeout) => untilEnough(records, topic, count, matches, timeout) };
  }

  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.disconnect()));
    await (await this.producer)?.disconnect();
  }

  private async connectProducer(): Promise<Producer> {
    const producer = this.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    return producer;
  }
}

function untilEnough(
  records: SeenRecord[],
  topic: string,
  count: number,
  matches: (record: SeenRecord) => boolean = () => true,
  timeout: Timeout = {},
): Promise<SeenRecord[]> {
  return eventually(
    () => {
      const found = records.filter(matches);
      if (found.length < count)
        throw new Error(`${found.length} of ${count} records have come (${records.length} before the filter)`);
      return found;
    },
    { timeoutMs: 20_000, what: `the wanted records of ${topic}`, ...timeout },
  );
}

function bytesOf(value: RawRecord['value']): string | Buffer | null {
  return value === null || typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value);
}

function seen(partition: number, { offset, timestamp, key, value, headers }: KafkaMessage): SeenRecord {
  return {
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    key: key?.toString() ?? null,
    keyBytes: key,
    value,
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, header]) => [name, String(header)])),
    json: <T>() => JSON.parse(value?.toString('utf8') ?? 'null') as T,
  };
}
