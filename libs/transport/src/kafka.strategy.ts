import { topics, UnreadableRecord, type Topic } from '#libs/contracts';
import { count, counters, type Logger, OpenSpan, underContext } from '#libs/telemetry';
import type { HeldTopics } from './held-topics.ts';
import type { KafkaConfig } from './kafka.config.ts';
import { ConsumptionWatch } from './partition/consumption-watch.ts';
import { type BeforeCommit, KeyedConsumer } from './kafkajs/keyed-consumer.ts';
import { reportEnd, type RecordsInWork } from './kafkajs/records-in-work.ts';
import { RecordContext } from './on.decorator.ts';
import type { Publisher } from './publisher.ts';
import { decode, type Decoded, type IncomingRecord } from './record/record.ts';
import { ReadRecord } from './record/read-record.ts';
import { traceOf } from './record/processing-trace.ts';
import { RecordQuarantine } from './record/record-quarantine.ts';
import { isDependencyDown, Stopping, unlessStopping, untilUp, type UntilUpOptions } from './until-up.ts';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { Kafka } from 'kafkajs';
import { isObservable, lastValueFrom } from 'rxjs';

export interface KafkaStrategyOptions {
  kafka: Kafka;
  config: KafkaConfig;
  publisher: Publisher;
  service: string;
  logger: Logger;
  /**
   * Called after a record is quarantined, to end its message: a request is reported as `rejected`, for example. Called
   * again when the record is read again. While it throws InfrastructureDown it is repeated; any other error is only
   * logged.
   */
  onQuarantine?: (record: IncomingRecord, error: unknown) => Promise<void>;
  /** Reads what can be read of a record that breaks its schema; undefined: nothing, it is quarantined. */
  salvage?: (record: IncomingRecord) => Decoded | undefined;
  /** Whether a record may be skipped, by its headers. */
  skip?: (record: IncomingRecord) => boolean;
  /** Topics of which no more is read for now. */
  held?: HeldTopics;
  /** Called with the partitions, by full topic name, each time they are assigned. */
  onAssigned?: (assignment: Record<string, number[]>) => void;
  /** Called with offsets before they are committed, of both groups. */
  beforeCommit?: BeforeCommit;
  /** The grace of records in work when the service stops, in milliseconds. */
  graceMs: number;
}

const byName = new Map<string, Topic>(Object.values(topics).map((topic) => [topic.name, topic]));

/** The consumer group of topics that are read record by record. */
export const recordsGroup = (prefix: string, service: string): string => `${prefix}${service}`;

/** The consumer group of topics that are read in batches. */
export const factsGroup = (prefix: string, service: string): string => `${prefix}${service}-facts`;

/** Nest's transport over Kafka: handlers stay ordinary methods with `@On(topic)`. */
export class KafkaStrategy extends Server implements CustomTransportStrategy {
  private readonly options: KafkaStrategyOptions;
  private consumers: readonly KeyedConsumer[] = [];
  private readonly stopping = new AbortController();
  private readonly down: UntilUpOptions;
  private readonly quarantine: RecordQuarantine;
  /** Faults of the consumption itself. */
  readonly watch: ConsumptionWatch;

  constructor(options: KafkaStrategyOptions) {
    super();
    this.options = options;
    this.watch = new ConsumptionWatch(options.logger);
    this.down = { logger: options.logger, stopping: this.stopping.signal };
    const { publisher, service, logger, onQuarantine } = options;
    const { watch, down } = this;
    this.quarantine = new RecordQuarantine({
      publisher,
      service,
      logger,
      watch,
      stopping: down.stopping,
      onQuarantine,
    });
  }

  /** Whether the consumer group has assigned partitions to this replica. */
  get isReady(): boolean {
    return this.consumers.length > 0 && this.consumers.every((consumer) => consumer.isMember);
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.consumers.map((consumer) => consumer.stop(this.options.graceMs)));
  }

  on(): void {
    throw new Error('this transport has no events to listen to');
  }

  unwrap<T>(): T {
    return this.consumers as T;
  }

  /** Retries without limit: the broker may be started later. */
  private async start(): Promise<void> {
    const waiting = 'waiting for Kafka before consumption can start';
    await unlessStopping(untilUp({ ...this.down, canWait: () => true, waiting }, () => this.startConsumers()));
  }

  private async startConsumers(): Promise<void> {
    if (this.stopping.signal.aborted) throw new Stopping();
    this.consumers = this.makeConsumers();
    try {
      await Promise.all(this.consumers.map((consumer) => consumer.start()));
    } catch (error) {
      await Promise.all(this.consumers.map((consumer) => consumer.stop(0).catch(() => undefined)));
      throw error;
    }
  }

  /**
   * One consumer for topics that are read record by record, and one for topics that are read in batches, because the
   * wait of a fetch is the same for all its topics.
   */
  private makeConsumers(): KeyedConsumer[] {
    const handled = [...this.messageHandlers.keys()].map((name) => {
      const topic = byName.get(name);
      if (!topic) throw new Error(`@On names a topic that is not in the map: ${name}`);
      return topic;
    });
    return [false, true].flatMap((batched) => {
      const topics = handled.filter((topic) => topic.batched === batched);
      return topics.length === 0 ? [] : [this.makeConsumer(topics, batched)];
    });
  }

  private makeConsumer(handled: readonly Topic[], batched: boolean): KeyedConsumer {
    const { kafka, config, service, logger, held, onAssigned, skip, beforeCommit } = this.options;
    const groupId = (batched ? factsGroup : recordsGroup)(config.KAFKA_TOPIC_PREFIX, service);
    return new KeyedConsumer({
      kafka,
      config,
      logger,
      batched,
      watch: this.watch,
      ...(onAssigned && !batched && { onAssigned }),
      ...(skip && { skip }),
      ...(held && { isHeld: (name) => held.has(name) }),
      ...(beforeCommit && { beforeCommit }),
      topics: handled,
      groupId,
      handle: (records, work) => this.take(records, work, groupId),
    });
  }

  /** Records of a topic whose handler takes batches are passed to it together; others one by one. */
  private take(records: readonly IncomingRecord[], work: RecordsInWork, groupId: string): void {
    const together = new Map<Topic, ReadRecord[]>();
    for (const record of records) {
      if (!record.undecodable) countConsumed(record, groupId);
      if (record.undecodable || !this.takesBatches(record.topic)) {
        this.end(record, work, this.deal(record));
        continue;
      }
      const read = this.readForMany(record, work);
      if (!read) continue;
      const others = together.get(record.topic);
      if (others) others.push(read);
      else together.set(record.topic, [read]);
    }
    for (const [topic, all] of together) void this.handleMany(topic, all);
  }

  private takesBatches(topic: Topic): boolean {
    return this.handlerOf(topic).extras?.['many'] === true;
  }

  private handlerOf(topic: Topic): MessageHandler {
    const handler = this.messageHandlers.get(topic.name);
    if (!handler) throw new Error(`no handler for ${topic.name}`);
    return handler;
  }

  private readForMany(record: IncomingRecord, work: RecordsInWork): ReadRecord | undefined {
    try {
      if (this.stopping.signal.aborted) throw new Stopping();
      const decoded = this.read(record);
      return new ReadRecord(record, decoded, traceOf(record, decoded.value), {
        freeSlot: () => work.freeSlot(record),
        done: (error) => (error ? this.end(record, work, this.recover(record, error)) : work.done(record, true)),
      });
    } catch (error) {
      this.end(record, work, this.recover(record, error));
      return undefined;
    }
  }

  private end(record: IncomingRecord, work: RecordsInWork, processing: Promise<boolean>): void {
    reportEnd(record, work, processing, (err) =>
      this.options.logger.error({ err }, 'a record was left for the next assignment'),
    );
  }

  private async handleMany(topic: Topic, records: readonly ReadRecord[]): Promise<void> {
    try {
      await answerOf(this.handlerOf(topic)(records));
    } catch (error) {
      for (const record of records) record.done(error as Error);
    }
  }

  /**
   * Handles one record.
   * @returns whether its offset may be committed
   */
  private async deal(record: IncomingRecord): Promise<boolean> {
    if (record.undecodable) return this.quarantine.keepBatch(record, record.undecodable);
    if (this.stopping.signal.aborted) return false;
    try {
      await untilUp(this.down, () => this.handle(record));
      return true;
    } catch (error) {
      return this.recover(record, error);
    }
  }

  /**
   * After an error the record is retried, left, or quarantined.
   * @returns whether its offset may be committed
   */
  private recover(record: IncomingRecord, error: unknown): Promise<boolean> {
    if (error instanceof Stopping) return Promise.resolve(false);
    return isDependencyDown(error) ? this.deal(record) : this.quarantine.keep(record, error);
  }

  private async handle(record: IncomingRecord): Promise<void> {
    const decoded = this.read(record);
    if (this.takesBatches(record.topic)) return this.handleAlone(record, decoded);
    const { json, value } = decoded;
    const work = () => answerOf(this.handlerOf(record.topic)(value, new RecordContext([record, json])));
    const trace = traceOf(record, value);
    if (!(trace instanceof OpenSpan)) return underContext(trace, work);
    try {
      await underContext(trace.context, work);
      trace.end();
    } catch (error) {
      trace.end(error);
      throw error;
    }
  }

  /** One record, through a handler that takes batches. */
  private handleAlone(record: IncomingRecord, decoded: Decoded): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error) => (error ? reject(error) : resolve());
      const read = new ReadRecord(record, decoded, traceOf(record, decoded.value), { done });
      void this.handleMany(record.topic, [read]);
    });
  }

  private read(record: IncomingRecord): Decoded {
    try {
      return decode(record);
    } catch (error) {
      const salvaged = error instanceof UnreadableRecord ? this.options.salvage?.(record) : undefined;
      if (!salvaged) throw error;
      return salvaged;
    }
  }
}

function countConsumed({ topicName }: IncomingRecord, groupId: string): void {
  count(counters.recordsConsumed, {
    'messaging.system.name': 'kafka',
    // Its name before version 1.45 of the conventions, for one release more.
    'messaging.system': 'kafka',
    'messaging.operation.name': 'process',
    'messaging.destination.name': topicName,
    'messaging.consumer.group.name': groupId,
  });
}

/** The result of a handler. Interceptors return a stream. */
async function answerOf(given: unknown): Promise<void> {
  const answer = await given;
  // Nest's own way makes a stream of every result, which costs as much as the rest of its pipeline.
  if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
}
