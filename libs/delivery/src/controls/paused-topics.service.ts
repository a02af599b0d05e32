import { type Channel, channelRegistry, type ControlTarget, Lane, topicName } from '#libs/contracts';
import type { ControlReports, Job, ControlInForce } from '#libs/runtime';
import { count, counters, type Logger } from '#libs/telemetry';
import type { HeldTopics } from '#libs/transport';

const LOOK_EVERY_MS = 250;
const HOUR_MS = 3_600_000;

export interface PausedTopicsOptions {
  channel: Channel;
  /** Of the names of topics. */
  prefix: string;
  controls: Pick<ControlReports, 'inForce'>;
  held: Pick<HeldTopics, 'hold' | 'has'>;
  logger: Pick<Logger, 'info'>;
}

/**
 * Leaves the requests of a paused channel or lane in Kafka, which has room for them, for at most half of the time for
 * which Kafka keeps them: what is read then is parked. What retry releases is read on: a lost answer is looked for
 * under a pause as well.
 */
export class PausedTopics {
  private readonly options: PausedTopicsOptions;
  private readonly atMostMs: number;
  private heldNames: readonly string[] = [];

  constructor(options: PausedTopicsOptions) {
    this.options = options;
    this.atMostMs = (channelRegistry[options.channel].requested.retentionHours * HOUR_MS) / 2;
  }

  job(): Job {
    return { name: 'paused topics', everyMs: LOOK_EVERY_MS, round: () => Promise.resolve(this.look()) };
  }

  /** Holds or reads the requests, by what is in force. */
  look(): void {
    const { controls, held, channel, prefix, logger } = this.options;
    const { requested } = channelRegistry[channel];
    const lanes = Lane.options.filter((lane) => controls.inForce().some((control) => this.holds(control, lane)));
    const names = lanes.map((lane) => topicName(requested, prefix, lane));
    if (names.join() === this.heldNames.join()) return;
    const begins = names.length > this.heldNames.length;
    this.heldNames = names;
    held.hold('paused', names);
    count(counters.requestsHeld, { 'mi.channel': channel, 'mi.held': begins ? 'begins' : 'ends' });
    logger.info({ topics: names }, 'requests of what an operator has paused stay in Kafka');
  }

  private holds({ control, forMs }: ControlInForce, lane: Lane): boolean {
    return control.kind === 'pause' && forMs < this.atMostMs && isAbout(control.target, this.options.channel, lane);
  }
}

const isAbout = (target: ControlTarget, channel: Channel, lane: Lane): boolean =>
  (target.kind === 'channel' && target.channel === channel) ||
  (target.kind === 'lane' && target.lane === lane && (target.channel ?? channel) === channel);
