import { Health, Jobs, LOGGER } from '#libs/runtime';
import { count, counters, type Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { retryConfig, type RetryConfig } from '../retry.config.ts';
import { AnswerReading } from './answer-reading.port.ts';
import { Answers } from './answers.port.ts';

const LOOKS_PER_TIMEOUT = 5;
const MOST_REST_MS = 5_000;

/** Lets a released message go once more when its record, or what was reported of it, was lost (docs/adr/0011). */
@Injectable()
export class WatchService {
  private stuck = 0;

  constructor(
    @Inject(Answers) private readonly answers: Answers,
    @Inject(AnswerReading) private readonly reading: AnswerReading,
    @Inject(retryConfig.KEY) config: Pick<RetryConfig, 'RETRY_ANSWER_MS'>,
    @Inject(Health) health: Pick<Health, 'addConcern'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    health.addConcern('answers', () =>
      this.stuck === 0 ? undefined : { meaning: `${this.stuck} ${standsStill}`, remedy },
    );
    const everyMs = Math.min(MOST_REST_MS, Math.ceil(config.RETRY_ANSWER_MS / LOOKS_PER_TIMEOUT));
    jobs.add({ name: 'watch', everyMs, round: () => this.look() });
  }

  /** Looks once after what was released and not answered. */
  async look(): Promise<void> {
    const { now, channels, stuck } = await this.answers.overdue();
    this.showStuck(stuck);
    for (const channel of channels) {
      const upTo = await this.reading.upTo(now, channel);
      const messages = upTo ? await this.answers.releaseAgain(channel, upTo) : 0;
      if (messages === 0) continue;
      count(counters.releasedAgain, { 'mi.channel': channel }, messages);
      this.logger.warn(
        { channel, messages },
        'released messages go once more: their records, or what was reported of them, were lost',
      );
    }
  }

  private showStuck(stuck: number): void {
    if (stuck > 0 && this.stuck === 0) this.logger.error({ messages: stuck, remedy }, standsStill);
    this.stuck = stuck;
  }
}

const standsStill =
  'messages stand still: they were released several times, and their channel read it and reported nothing of them';
const remedy =
  'Look into messaging.unreadable and the channel’s log for records of the due topics; docs/operations.md says ' +
  'how to find the messages.';
