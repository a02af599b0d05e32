import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#libs/telemetry';
import type { Every } from '../every.ts';
import type { KafkaConfig } from '../kafka.config.ts';
import { Stopping, untilUp } from '../until-up.ts';
import type { Consumer, EachBatchPayload, Kafka, TopicPartitionOffsetAndMetadata } from 'kafkajs';

export interface SelfHealingConsumerOptions {
  kafka: Kafka;
  config: KafkaConfig;
  groupId: string;
  topics: string[];
  fromBeginning: boolean;
  /** Fetches wait for much data instead of returning each record at once. */
  batched: boolean;
  logger: Logger;
  /** Without a fetch, heartbeat, join or restart for this long, in milliseconds, it is replaced. */
  silentMs: number;
  every: Every;
  onBatch: (payload: EachBatchPayload) => Promise<void>;
  onJoin: (memberId: string, assignment: Record<string, number[]>) => void;
  /** The group rebalances, or the connection is lost. */
  onLost: () => void;
  /** kafkajs, or this class, restarts it, and why. */
  onRestart: (reason: Error) => void;
  /** Another process joined under this one's KAFKA_INSTANCE_ID: this one never consumes again. */
  onFenced: () => void;
}

/** No activity: its state is unknown. */
class SilentConsumer extends Error {
  override readonly name = 'SilentConsumer';
}

interface TopicPartitions {
  topic: string;
  partitions: number[];
}

/**
 * Inactivity is counted in ticks of a timer, not by the clock: while the process itself was suspended, nothing was
 * missed.
 */
const TICKS = 10;

/**
 * A member learns about a rebalance only by its heartbeat, and all wait for the last member: at kafkajs's 3 s, records
 * waited for 9 s while replicas came and went.
 */
const HEARTBEAT_MS = 500;

/** A batched fetch returns after this many bytes, or after this many milliseconds. */
const batches = { minBytes: 64 * 1024, maxWaitTimeInMs: 100 };

/**
 * A hundred records: many partitions are read at once, and records read long before their turn age in memory, which
 * costs garbage collection. A record larger than this is returned alone (KIP-74).
 */
const MOST_BYTES_A_PARTITION = 64 * 1024;

/** A resumed partition is included only in the next fetch, and a fetch that waits for records of others delays it. */
const FETCH_WAITS_MS = 100;

const MOST_BYTES_A_FETCH = 10 * 1024 * 1024;

/**
 * More than leaving takes on a healthy broker, and less than remains of a termination grace of 30 s after the grace of
 * 25 s.
 */
const LEAVE_WITHIN_MS = 2_000;

/**
 * A kafkajs consumer that is replaced when it cannot be trusted any more. kafkajs restarts by itself after most errors,
 * but ends silently after some (its own TypeErrors while brokers come and go, errors that it considers fatal), and can
 * wait without limit on a connection that does not respond (#1122, #1183).
 */
export class SelfHealingConsumer {
  private readonly options: SelfHealingConsumerOptions;
  private current: Consumer;
  private stopWatching: (() => void) | undefined;
  private quietTicks = 0;
  private reviving = false;
  private readonly stopping = new AbortController();

  constructor(options: SelfHealingConsumerOptions) {
    this.options = options;
    this.current = this.make();
  }

  /** @throws when no broker answers */
  async start(): Promise<void> {
    await this.run(this.current);
    this.stopWatching = this.options.every(this.options.silentMs / TICKS, () => this.tick());
  }

  async commitOffsets(offsets: TopicPartitionOffsetAndMetadata[]): Promise<void> {
    await this.current.commitOffsets(offsets);
  }

  pause(partitions: TopicPartitions[]): void {
    whileItRuns(() => this.current.pause(partitions));
  }

  resume(partitions: TopicPartitions[]): void {
    whileItRuns(() => this.current.resume(partitions));
  }

  /** The next fetch of the partition begins there. */
  seek(topic: string, partition: number, offset: number): void {
    whileItRuns(() => this.current.seek({ topic, partition, offset: String(offset) }));
  }

  /** Leaves the group. It does not wait for a broker that does not respond: the group notices by itself. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.stopWatching?.();
    const left = this.current.disconnect().then(() => true);
    const gaveUp = delay(LEAVE_WITHIN_MS, false, { ref: false });
    if (!(await Promise.race([left, gaveUp])))
      this.options.logger.warn('the consumer group could not be left in time: it will notice by itself');
  }

  private make(): Consumer {
    const { kafka, groupId, config, batched } = this.options;
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: config.KAFKA_SESSION_TIMEOUT_MS,
      heartbeatInterval: Math.min(HEARTBEAT_MS, config.KAFKA_SESSION_TIMEOUT_MS / 3),
      ...(batched ? batches : { maxWaitTimeInMs: FETCH_WAITS_MS }),
      // A fetch that is in flight when the window is full adds to it.
      maxBytes: Math.min(MOST_BYTES_A_FETCH, Math.floor(config.KAFKA_BYTES_WINDOW / 4)),
      maxBytesPerPartition: MOST_BYTES_A_PARTITION,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 2_000,
        retries: 10,
        restartOnFailure: () => Promise.resolve(!this.stopped && this.current === consumer),
      },
    });
    const { GROUP_JOIN, CRASH, REBALANCING, FETCH, HEARTBEAT } = consumer.events;
    const ofCurrent = (hear: () => void) => () => {
      if (this.current !== consumer) return;
      this.quietTicks = 0;
      hear();
    };
    consumer.on(GROUP_JOIN, ({ payload }) =>
      ofCurrent(() => this.options.onJoin(payload.memberId, payload.memberAssignment))(),
    );
    consumer.on(
      REBALANCING,
      ofCurrent(() => this.options.onLost()),
    );
    consumer.on(CRASH, ({ payload }) => ofCurrent(() => this.onCrash(payload.error, payload.restart))());
    consumer.on(
      FETCH,
      ofCurrent(() => {}),
    );
    consumer.on(
      HEARTBEAT,
      ofCurrent(() => {}),
    );
    return consumer;
  }

  private async run(consumer: Consumer): Promise<void> {
    const { topics, fromBeginning, onBatch } = this.options;
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => (this.current === consumer ? onBatch(payload) : Promise.resolve()),
    });
  }

  private onCrash(error: Error, restarts: boolean): void {
    this.options.onLost();
    if (isFenced(error)) return this.endFenced(error);
    this.options.logger.warn({ err: error, restart: restarts }, 'the consumer lost its connection and starts again');
    this.options.onRestart(error);
    if (!restarts) void this.revive();
  }

  private endFenced(err: Error): void {
    this.stopping.abort();
    this.stopWatching?.();
    this.options.logger.error(
      { err },
      'another process has joined under this KAFKA_INSTANCE_ID: this one stops consuming; give each replica a ' +
        'name of its own',
    );
    this.options.onFenced();
  }

  private tick(): void {
    this.quietTicks += 1;
    if (this.quietTicks < TICKS) return;
    this.options.logger.warn({ silentMs: this.options.silentMs }, 'the consumer is silent and is replaced');
    this.options.onLost();
    this.options.onRestart(new SilentConsumer());
    void this.revive();
  }

  /** The old consumer is told to leave, without waiting: it may hang. The new one joins as a new member. */
  private async revive(): Promise<void> {
    if (this.reviving || this.stopped) return;
    this.reviving = true;
    const { logger } = this.options;
    const waiting = 'the consumer cannot start again yet';
    const options = { logger, stopping: this.stopping.signal, canWait: () => true, waiting };
    await untilUp(options, () => this.startAgain()).catch((error: unknown) => {
      if (!(error instanceof Stopping)) throw error;
    });
    this.quietTicks = 0;
    this.reviving = false;
    // Stopped in the meantime: nothing else refers to this one.
    if (this.stopped) await this.current.disconnect().catch(() => undefined);
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async startAgain(): Promise<void> {
    if (this.stopped) throw new Stopping();
    this.current.disconnect().catch(() => undefined);
    this.current = this.make();
    await this.run(this.current);
  }
}

/** kafkajs wraps the broker's error, more than once. */
function isFenced(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: unknown };
  return type === 'FENCED_INSTANCE_ID' || (cause instanceof Error && isFenced(cause));
}

/** kafkajs throws when it is between two runs; the next assignment starts with nothing paused. */
function whileItRuns(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as Error).name !== 'KafkaJSNonRetriableError') throw error;
  }
}
