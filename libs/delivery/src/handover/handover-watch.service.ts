import type { Channel, SendDeferred } from '#libs/contracts';
import type { Job } from '#libs/runtime';
import { contextFrom, count, counters, type Logger, underContext } from '#libs/telemetry';
import type { Handovers } from './handovers.port.ts';

const LOOKS_PER_TIMEOUT = 5;
const MOST_REST_MS = 5_000;

export interface HandoverWatchOptions {
  channel: Channel;
  handovers: Handovers;
  /** Publishes a stored hand-over. */
  publish: (deferred: SendDeferred) => Promise<void>;
  logger: Logger;
  /** How long retry may take before a hand-over is checked, in milliseconds. */
  answerMs: number;
}

/** How far retry has read the hand-overs, and how far its answers have been read here. */
export abstract class HandoverReading {
  /**
   * @param now by the database's clock, taken before this call
   * @returns the time up to which retry has decided on all hand-overs and all its answers have been read here
   * @throws InfrastructureDown when Kafka cannot be asked.
   */
  abstract answeredUpTo(now: Date): Promise<Date | undefined>;
  abstract close(): Promise<void>;
}

/** Hands a message over to retry again when its record, or retry's answer, was lost (docs/adr/0011). */
export class HandoverWatch {
  private readonly options: HandoverWatchOptions;
  private stuck = 0;

  constructor(options: HandoverWatchOptions) {
    this.options = options;
  }

  /** A concern while messages are stuck although they were handed over several times; undefined: none is. */
  concern(): { meaning: string; remedy: string } | undefined {
    return this.stuck === 0 ? undefined : { meaning: `${this.stuck} ${standStill}`, remedy };
  }

  /** The periodic check; the reading is closed after the last one. */
  job(reading: HandoverReading): Job {
    const everyMs = Math.min(MOST_REST_MS, Math.ceil(this.options.answerMs / LOOKS_PER_TIMEOUT));
    return { name: 'hand-overs', everyMs, round: () => this.look(reading), close: () => reading.close() };
  }

  /** Checks once for hand-overs without an answer. */
  async look(reading: Pick<HandoverReading, 'answeredUpTo'>): Promise<void> {
    const { channel, handovers, logger } = this.options;
    const { now, any, stuck } = await handovers.overdue();
    this.report(stuck);
    const upTo = any ? await reading.answeredUpTo(now) : undefined;
    const lost = upTo ? await handovers.takeAgain(upTo) : [];
    if (lost.length === 0) return;
    count(counters.handedOverAgain, { 'mi.channel': channel }, lost.length);
    logger.warn(
      { channel, messages: lost.length },
      'messages are handed over to retry once more: their records, or the acknowledgements, were lost',
    );
    await Promise.all(
      lost.map(({ deferred, trace }) => underContext(contextFrom(trace), () => this.options.publish(deferred))),
    );
  }

  private report(stuck: number): void {
    if (stuck > 0 && this.stuck === 0) this.options.logger.error({ messages: stuck, remedy }, standStill);
    this.stuck = stuck;
  }
}

const standStill =
  'messages stand still: they were handed over to retry several times, and it has read that and decided nothing';
const remedy =
  'Look into messaging.unreadable and retry’s log for records of send.deferred; docs/operations.md says how to ' +
  'find the messages.';
