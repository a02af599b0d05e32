import { count, counters, type Logger } from '#libs/telemetry';
import type { UndecodableBatch } from '../fetch/unread.ts';

/** A fault of the consumption, with a remedy. The service continues. */
export interface Concern {
  meaning: string;
  remedy: string;
}

export interface StuckPartition {
  topic: string;
  partition: number;
  /** The first offset that cannot be read. */
  offset: number;
  /** Kafka's name of the error. */
  error: string;
}

/** How long the readiness shows batches that were left out, unless the replica is restarted. */
const REPORTED_FOR_MS = 24 * 3_600_000;
/** More restarts of a consumer a minute are a concern; fewer happen when brokers come and go. */
const MOST_RESTARTS = 5;
const MINUTE_MS = 60_000;
/** Without another failed attempt for this long, a partition counts as readable. */
const STUCK_FOR_MS = 30_000;
const MOST_NAMED = 3;

const docs = 'docs/operations.md';

/** Counts faults of the consumption of one service, and returns those that still matter. */
export class ConsumptionWatch {
  private readonly logger: Logger;
  private readonly now: () => number;
  private readonly restarts = new Map<string, { times: number[]; reason: string }>();
  private readonly stuckAt = new Map<string, StuckPartition & { at: number }>();
  private leftOut = { batches: 0, at: -Infinity, ranges: [] as string[] };

  /** @param now milliseconds of a monotonic clock */
  constructor(logger: Logger, now: () => number = () => performance.now()) {
    this.logger = logger;
    this.now = now;
  }

  restarted(group: string, error: Error): void {
    const reason = reasonOf(error);
    count(counters.consumerRestarts, { 'messaging.consumer.group.name': group, 'error.type': reason });
    const times = this.restarts.get(group)?.times ?? [];
    // Only as many are kept as are needed: a consumer that restarts thirty times a second must not fill the memory.
    this.restarts.set(group, { times: [...times, this.now()].slice(-(MOST_RESTARTS + 1)), reason });
  }

  leftOutBatch(topic: string, partition: number, { fault, firstOffset, lastOffset }: UndecodableBatch): void {
    count(counters.undecodableBatches, { 'messaging.destination.name': topic, 'error.type': fault });
    const ranges = [...this.leftOut.ranges, `${topic}/${partition} ${firstOffset}-${lastOffset} (${fault})`].slice(
      -MOST_NAMED,
    );
    this.leftOut = { batches: this.leftOut.batches + 1, at: this.now(), ranges };
  }

  stuck(position: StuckPartition): void {
    const { topic, partition, offset, error } = position;
    const key = `${topic}/${partition}`;
    count(counters.stuckFetches, { 'messaging.destination.name': topic, 'error.type': error });
    const known = this.stuckAt.get(key);
    if (known?.offset !== offset || this.isOver(known.at, STUCK_FOR_MS))
      this.logger.error(
        { topic, partition, offset, error },
        'a partition cannot be read on, and is asked for again every few seconds',
      );
    this.stuckAt.set(key, { ...position, at: this.now() });
  }

  /** The consumer that keeps restarting; undefined: none does. */
  restlessness(): Concern | undefined {
    const restless = [...this.restarts].filter(
      ([, { times }]) => times.length > MOST_RESTARTS && !this.isOver(times[0]!, MINUTE_MS),
    );
    if (restless.length === 0) return undefined;
    const named = restless.map(([group, { reason }]) => `${group} (${reason})`).join(', ');
    return {
      meaning: `The consumer has started again more than ${MOST_RESTARTS} times in the last minute: ${named}.`,
      remedy: `Look at the brokers and at this service's log; ${docs} says the usual causes.`,
    };
  }

  /** The batches that were left out in the last 24 hours. */
  lostBatches(): Concern | undefined {
    const { batches, at, ranges } = this.leftOut;
    if (batches === 0 || this.isOver(at, REPORTED_FOR_MS)) return undefined;
    const last = ranges.join(', ');
    return {
      meaning:
        `${batches} batch(es) could not be decoded since this replica started and were left out, the last ones: ` +
        `${last}.`,
      remedy: `${docs} says how to get their messages published again. Shown for 24 hours, or until a restart.`,
    };
  }

  /** The partitions that cannot be read. */
  stuckPartitions(): Concern | undefined {
    const now = [...this.stuckAt.values()].filter(({ at }) => !this.isOver(at, STUCK_FOR_MS));
    if (now.length === 0) return undefined;
    const named = now
      .slice(0, MOST_NAMED)
      .map(({ topic, partition, offset, error }) => `${topic}/${partition} from offset ${offset} on (${error})`)
      .join(', ');
    return {
      meaning: `${now.length} partition(s) cannot be read: ${named}.`,
      remedy:
        "Look into the broker's log: its copy of the partition, or its disk, is damaged. " +
        `${docs} says how to go on.`,
    };
  }

  private isOver(at: number, ms: number): boolean {
    return this.now() - at > ms;
  }
}

/** Names only, because a text may quote the record. kafkajs wraps the broker's errors, and its own, more than once. */
function reasonOf(error: Error): string {
  const { cause, type } = error as { cause?: unknown; type?: string };
  return cause instanceof Error ? reasonOf(cause) : (type ?? error.name);
}
