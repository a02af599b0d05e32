import { Jobs } from '#libs/runtime';
import { gauges, observe } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { type Waiting, WaitingMessages } from './waiting.port.ts';

const EVERY_MS = 10_000;
/** Counting further would cost PostgreSQL more than the number is worth. */
const MOST_COUNTED = 100_000;

const unknown: Waiting = { scheduled: NaN, parked: NaN, openLetters: NaN, latenessS: NaN };

/** Shows what retry keeps, and how late its releases are, as gauges. */
@Injectable()
export class WaitingGauges {
  /** As it was counted last, by this replica. */
  last = unknown;

  constructor(
    @Inject(WaitingMessages) private readonly waiting: WaitingMessages,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
  ) {
    jobs.add({ name: 'waiting messages', everyMs: EVERY_MS, round: () => this.round() });
    observe(gauges.waitingMessages, () => [
      { labels: { 'mi.waiting': 'scheduled' }, value: this.last.scheduled },
      { labels: { 'mi.waiting': 'parked' }, value: this.last.parked },
    ]);
    observe(gauges.openLetters, () => [{ labels: {}, value: this.last.openLetters }]);
    observe(gauges.releaseLateness, () => [{ labels: {}, value: this.last.latenessS }]);
  }

  /** @throws InfrastructureDown when Postgres cannot be reached; repeating is safe. */
  async round(): Promise<void> {
    try {
      this.last = await this.waiting.count(MOST_COUNTED);
    } catch (error) {
      // What was counted before an outage would stand still: no value is better than an old one.
      this.last = unknown;
      throw error;
    }
  }
}
