import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { laneOf, topicNames, type Topic } from '#libs/contracts';
import { gauges, type Logger, observe, type Reading } from '#libs/telemetry';
import type { ConsumptionWatch } from '../partition/consumption-watch.ts';
import { SelfHealingConsumer } from './self-healing-consumer.ts';
import { type Every, every } from '../every.ts';
import { type RecordsHandler, WorkInProgress } from './records-in-work.ts';
import { lanesByUrgency } from '../partition/flight.policy.ts';
import type { KafkaConfig } from '../kafka.config.ts';
import type { Offsets } from '../partition/low-water.policy.ts';
import { PartitionTracker } from '../partition/partition-tracker.ts';
import type { UnreadMessage } from '../fetch/unread.ts';
import { toRecord, type IncomingRecord } from '../record/record.ts';
import type { Batch, EachBatchPayload, Kafka } from 'kafkajs';

export interface KeyedConsumerOptions {
  kafka: Kafka;
  config: KafkaConfig;
  groupId: string;
  topics: readonly Topic[];
  handle: RecordsHandler;
  logger: Logger;
  /** Whether a record may be skipped, by its headers: it takes no slot and is not decoded. */
  skip?: (record: IncomingRecord) => boolean;
  /** Called with the partitions, by full topic name, each time they are assigned. */
  onAssigned?: (assignment: Record<string, number[]>) => void;
  /**
   * Fetches wait for much data instead of returning each record at once: a fetch costs the broker and us more than many
   * a record does.
   */
  batched?: boolean;
  /** Whether no more of a topic is to be read for now. */
  isHeld?: (topicName: string) => boolean;
  /** Called with faults of the consumption itself. */
  watch?: ConsumptionWatch;
  /** Where a new group starts. */
  fromBeginning?: boolean;
  /** Partitions, as `topic/partition`, that are read from this offset on, whatever their group has committed. */
  startAt?: Offsets;
  /**
   * Called with the offsets that are about to be committed: everything before them is finished. What it throws leaves
   * the commit to the next interval.
   */
  beforeCommit?: BeforeCommit;
  /**
   * A consumer without any activity for this long is replaced, in milliseconds; default 45,000 or two sessions, longer
   * than any timeout of a request.
   */
  silentMs?: number;
  every?: Every;
}

/** The next offset of each of these partitions, as `topic/partition`. */
export type BeforeCommit = (offsets: Offsets) => Promise<void>;

/** The last commit of an orderly stop; if it is not answered by then, the records are read again, as after a kill. */
const COMMIT_WITHIN_MS = 1_500;

/**
 * A partition that the broker cannot read is requested again after this time: a replica may be repaired, or take over.
 */
const STUCK_ASKED_AGAIN_MS = 5_000;

/** The records that may be read ahead, shared by all partitions. */
const LEAST_AHEAD = 16;
/**
 * At least this many, however few slots there are: a fetch may have to wait for records that wait, and few records have
 * few distinct keys.
 */
const LEAST_AHEAD_TOGETHER = 1_000;

/**
 * Works on many records at a time, keeps the records of one key in order, and commits finished records only. kafkajs
 * fetches again only when `eachBatch` returns, so it returns at once: a batch is put into trackers and worked on from
 * there.
 */
export class KeyedConsumer {
  private readonly options: KeyedConsumerOptions;
  private readonly consumer: SelfHealingConsumer;
  private readonly byName = new Map<string, Topic>();
  private readonly trackers = new Map<string, PartitionTracker>();
  /** The same as a list: it is gone through for every record that is done, where an iterator over a map costs most. */
  private all: readonly PartitionTracker[] = [];
  private readonly work: WorkInProgress;
  private pumpIsDue = false;
  private stopCommitting: (() => void) | undefined;
  private stopObserving: (() => void)[] = [];
  private committing: Promise<void> = Promise.resolve();
  /** Serialises the intake of partitions. */
  private turn: Promise<void> = Promise.resolve();
  private memberId: string | undefined;
  /**
   * How far a partition reads ahead. All partitions together read ahead as many records as there are slots (a thousand
   * at least), so that free slots find work. More would only cost memory.
   */
  private mostAhead = LEAST_AHEAD;
  private draining = false;
  private joined = false;

  constructor(options: KeyedConsumerOptions) {
    this.options = options;
    this.work = new WorkInProgress(options.config.KAFKA_CONCURRENCY, () => this.pumpSoon());
    for (const topic of options.topics) {
      for (const name of topicNames(topic, options.config.KAFKA_TOPIC_PREFIX)) this.byName.set(name, topic);
    }
    this.consumer = new SelfHealingConsumer({
      kafka: options.kafka,
      config: options.config,
      groupId: options.groupId,
      topics: [...this.byName.keys()],
      fromBeginning: options.fromBeginning ?? true,
      batched: options.batched ?? false,
      logger: options.logger,
      silentMs: options.silentMs ?? Math.max(45_000, 2 * options.config.KAFKA_SESSION_TIMEOUT_MS),
      every: options.every ?? every,
      onBatch: (payload) => this.onBatch(payload),
      onJoin: (memberId, assignment) => this.onJoin(memberId, assignment),
      onLost: () => (this.joined = false),
      onRestart: (reason) => options.watch?.restarted(options.groupId, reason),
      onFenced: () => this.fence(),
    });
  }

  /** Whether the group has assigned partitions to this replica. */
  get isMember(): boolean {
    return this.joined && !this.draining;
  }

  async start(): Promise<void> {
    await this.consumer.start();
    this.stopObserving = this.observed();
    this.stopCommitting = (this.options.every ?? every)(
      this.options.config.KAFKA_COMMIT_INTERVAL_MS,
      () => void this.commit(),
    );
  }

  /** Takes no more records, waits at most `graceMs` for those in work, commits, and leaves the group. */
  async stop(graceMs: number): Promise<void> {
    this.takeNoMore();
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([this.work.idle(), grace]);
    clearTimeout(timer);
    // Commits continue until here; what finishes later is not committed.
    this.stopCommitting?.();
    for (const end of this.stopObserving) end();
    await Promise.race([this.commit(), delay(COMMIT_WITHIN_MS, undefined, { ref: false })]);
    await this.consumer.stop();
  }

  private observed(): (() => void)[] {
    const group = { 'messaging.consumer.group.name': this.options.groupId };
    const lags = new Map<string, Reading<typeof gauges.consumerLag>>();
    const read = () => {
      // A partition that went to another replica has its lag there.
      for (const known of lags.values()) known.value = 0;
      for (const { topicName, partition, lag } of this.all) {
        if (lag === undefined) continue;
        const labels = {
          'messaging.destination.name': topicName,
          'messaging.destination.partition.id': String(partition),
          ...group,
        };
        lags.set(`${topicName}/${partition}`, { labels, value: lag });
      }
      return lags.values();
    };
    return [
      observe(gauges.consumerLag, read),
      observe(gauges.recordsInWork, () => [{ labels: group, value: this.work.size }]),
    ];
  }

  private takeNoMore(): void {
    this.draining = true;
    for (const tracker of this.all) tracker.dropWaiting();
  }

  /** Records still in work are not committed any more: the next replica reads them again. */
  private fence(): void {
    this.takeNoMore();
    this.stopCommitting?.();
  }

  /** The group continued without this consumer, which has a new member id: its records may be with another replica. */
  private onJoin(memberId: string, assignment: Record<string, number[]>): void {
    if (this.memberId !== undefined && this.memberId !== memberId) this.onAssignment({});
    this.memberId = memberId;
    this.onAssignment(assignment);
  }

  /** A partition that stays assigned keeps its tracker; one that is revoked is never committed again. */
  private onAssignment(assignment: Record<string, number[]>): void {
    const mine = new Set(
      Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((number) => `${topic}/${number}`)),
    );
    for (const [partitionId, tracker] of this.trackers) {
      if (mine.has(partitionId)) continue;
      tracker.assigned = false;
      tracker.dropWaiting();
      this.trackers.delete(partitionId);
    }
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const number of partitions) {
        const partitionId = `${topic}/${number}`;
        if (this.trackers.has(partitionId)) continue;
        this.trackers.set(
          partitionId,
          new PartitionTracker(topic, number, laneOf(topic), this.options.config.KAFKA_ORDERING),
        );
        // kafkajs remembers the pause of an earlier assignment.
        this.consumer.resume([{ topic, partitions: [number] }]);
        const startAt = this.options.startAt?.get(partitionId);
        if (startAt !== undefined) this.consumer.seek(topic, number, startAt);
      }
    }
    this.all = [...this.trackers.values()];
    this.joined = true;
    if (this.all.some(({ topicName }) => this.options.isHeld?.(topicName))) this.applyBackpressure();
    this.options.onAssigned?.(assignment);
  }

  /** Batched topics can wait, but webhooks and calls of this process cannot: so one partition is taken in at a time. */
  private async onBatch({ batch }: EachBatchPayload): Promise<void> {
    const partitionId = `${batch.topic}/${batch.partition}`;
    const tracker = this.trackers.get(partitionId);
    if (this.options.batched) await (this.turn = this.turn.then(() => nextTurn()));
    // Revoked meanwhile, and perhaps assigned again: then it is read again from its committed offset.
    if (tracker && this.trackers.get(partitionId) === tracker) this.takeIn(batch, tracker);
  }

  private takeIn(batch: Batch, tracker: PartitionTracker): void {
    const topic = this.byName.get(batch.topic);
    if (!topic || this.draining) return;
    const lane = laneOf(batch.topic);
    tracker.fetched(Number(batch.highWatermark));
    for (const message of batch.messages as UnreadMessage[]) {
      if (message.stuck) return this.askLater(tracker, Number(message.offset), message.stuck.error);
      const record = toRecord(topic, batch.topic, lane, batch.partition, message);
      const verdict = record.undecodable && tracker.unread.judge(record.undecodable);
      if (verdict === 'again') {
        this.consumer.seek(batch.topic, batch.partition, record.undecodable!.firstOffset);
        break;
      }
      if (verdict === 'reported' || (!verdict && this.options.skip?.(record))) tracker.pass(record);
      else tracker.add(record);
    }
    this.pump();
    this.applyBackpressure();
  }

  /** The broker cannot read this partition now: the others continue, and it is requested again after a while. */
  private askLater(tracker: PartitionTracker, offset: number, error: string): void {
    const { topicName: topic, partition } = tracker;
    const partitionId = [{ topic, partitions: [partition] }];
    this.options.watch?.stuck({ topic, partition, offset, error });
    this.consumer.pause(partitionId);
    this.consumer.seek(topic, partition, offset);
    const again = setTimeout(() => tracker.paused || this.consumer.resume(partitionId), STUCK_ASKED_AGAIN_MS);
    again.unref();
    this.pump();
  }

  /** Starts records while there are slots: urgent lanes first, the partitions of a lane in turn. */
  private pump(): void {
    const started: IncomingRecord[] = [];
    for (const lane of lanesByUrgency) {
      // Called after every record, so a full lane is skipped without looking at its partitions.
      if (this.draining || !this.work.hasSlot(lane)) continue;
      const ready = this.all.filter((tracker) => tracker.lane === lane && tracker.hasReady);
      while (ready.length > 0 && this.work.hasSlot(lane)) {
        const tracker = ready.shift()!;
        const record = tracker.take();
        if (record) {
          this.work.begin(record, tracker);
          started.push(record);
        }
        if (tracker.hasReady) ready.push(tracker);
      }
    }
    if (started.length > 0) this.options.handle(started, this.work);
  }

  /** Once for all slots that become free in this turn of the event loop. */
  private pumpSoon(): void {
    if (this.pumpIsDue) return;
    this.pumpIsDue = true;
    setImmediate(() => {
      this.pumpIsDue = false;
      this.pump();
      if (this.all.some((tracker) => tracker.paused && tracker.ahead < this.mostAhead / 2)) this.applyBackpressure();
    });
  }

  /** Pauses partitions that hold too much or are held, resumes those that have room again. */
  private applyBackpressure(): void {
    const { KAFKA_PARTITION_WINDOW: window, KAFKA_BYTES_WINDOW: bytesWindow } = this.options.config;
    const bytes = this.all.reduce((sum, tracker) => sum + tracker.bytes, 0);
    const busy = this.all.reduce((count, { ahead }) => (ahead > 0 ? count + 1 : count), 0);
    const slots = this.options.config.KAFKA_CONCURRENCY;
    this.mostAhead = Math.max(LEAST_AHEAD, Math.max(LEAST_AHEAD_TOGETHER, slots) / Math.max(1, busy));
    const most = this.mostAhead;
    for (const tracker of this.all) {
      const isHeld = this.options.isHeld?.(tracker.topicName) ?? false;
      const isFull = tracker.size >= window || tracker.ahead >= most || (bytes >= bytesWindow && tracker.size > 0);
      if (isHeld || isFull) {
        this.consumer.pause(partitionOf(tracker));
        tracker.paused = true;
      } else if (tracker.paused && tracker.size < window && tracker.ahead <= most / 2 && bytes < bytesWindow / 2) {
        this.consumer.resume(partitionOf(tracker));
        tracker.paused = false;
      }
    }
  }

  /** Commits up to the first unfinished record. One commit at a time; a failed one is repeated at the next interval. */
  private commit(): Promise<void> {
    this.committing = this.committing.then(() => this.commitNow());
    return this.committing;
  }

  private async commitNow(): Promise<void> {
    if (!this.joined) return;
    const due = this.all.flatMap((tracker) => {
      const offset = tracker.assigned ? tracker.committable() : undefined;
      return offset === undefined ? [] : [{ tracker, offset }];
    });
    if (!this.draining) this.applyBackpressure();
    if (due.length === 0) return;
    try {
      await this.options.beforeCommit?.(
        new Map(due.map(({ tracker, offset }) => [`${tracker.topicName}/${tracker.partition}`, offset])),
      );
      await this.consumer.commitOffsets(
        due.map(({ tracker, offset }) => ({
          topic: tracker.topicName,
          partition: tracker.partition,
          offset: String(offset),
        })),
      );
      for (const { tracker, offset } of due) tracker.markCommitted(offset);
    } catch (error) {
      this.options.logger.debug({ err: error }, 'offsets are committed at the next turn');
    }
  }
}

const partitionOf = ({ topicName, partition }: PartitionTracker) => [{ topic: topicName, partitions: [partition] }];
