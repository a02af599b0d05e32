import { type Channel, channelRegistry, type ParkedChanged, topicName } from '#libs/contracts';
import type { Job } from '#libs/runtime';
import { count, counters, type Logger } from '#libs/telemetry';
import type { HeldTopics, RecordContext } from '#libs/transport';
import type { Backlog, BacklogState } from './backlog.port.ts';

/** How often the table is looked at, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
const HOUR_MS = 3_600_000;

export interface BacklogServiceOptions {
  channel: Channel;
  /** Of the names of topics. */
  prefix: string;
  backlog: Backlog;
  held: Pick<HeldTopics, 'hold'>;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Leaves bulk requests in Kafka while retry has parked too much: a long outage is Kafka's to hold, not PostgreSQL's.
 * Other lanes, and what retry releases, are read on.
 */
export class BacklogService {
  private readonly options: BacklogServiceOptions;
  private readonly bulkRequests: string;
  /** Half of the time for which Kafka keeps requests: what is not read by then could be deleted unread. */
  private readonly atMostMs: number;
  private state: BacklogState | undefined;
  private isHeld = false;

  constructor(options: BacklogServiceOptions) {
    this.options = options;
    const { requested } = channelRegistry[options.channel];
    this.bulkRequests = topicName(requested, options.prefix, 'bulk');
    this.atMostMs = (requested.retentionHours * HOUR_MS) / 2;
  }

  job(): Job {
    return { name: 'backlog', everyMs: LOOK_EVERY_MS, round: () => this.look() };
  }

  /** What retry has said. @throws InfrastructureDown when Postgres cannot be reached; repeating is safe. */
  async onParked(changed: ParkedChanged, { record }: RecordContext, now = Date.now()): Promise<void> {
    await this.options.backlog.apply(changed, Math.max(0, changed.forMs - Math.max(0, now - record.timestamp)));
  }

  /** Holds or reads the bulk requests, by what the table says now. @throws InfrastructureDown */
  async look(): Promise<void> {
    const { backlog, held, logger, channel } = this.options;
    this.state = await backlog.state();
    const isHeld = this.state !== undefined && this.state.isFull && this.state.fullForMs < this.atMostMs;
    if (isHeld === this.isHeld) return;
    this.isHeld = isHeld;
    held.hold('backlog', isHeld ? [this.bulkRequests] : []);
    count(counters.bulkHeld, { 'mi.channel': channel, 'mi.held': isHeld ? 'begins' : 'ends' });
    const fields = { topic: this.bulkRequests, parked: this.state?.parked };
    if (isHeld) logger.warn(fields, 'bulk requests stay in Kafka: retry has parked too many messages');
    else logger.info(fields, 'bulk requests are read again');
  }

  /** For the readiness. Undefined: all is read. */
  concern(): { meaning: string; remedy: string } | undefined {
    if (!this.state?.isFull) return undefined;
    const { parked, fullForMs } = this.state;
    const remedy =
      'They are read again once half of PARKED_MAX is left. What is parked waits for providers: messaging holds list ' +
      'says which are left alone, and why.';
    const meaning = this.isHeld
      ? `Bulk requests stay in Kafka: retry has parked ${parked} messages.`
      : `Bulk requests are read, although retry has had too much parked (${parked} messages) for ` +
        `${Math.floor(fullForMs / HOUR_MS)} hours: Kafka would soon delete them unread.`;
    return { meaning, remedy };
  }
}
