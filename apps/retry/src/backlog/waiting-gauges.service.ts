import { Jobs } from '#libs/runtime';
import { gauges, observe } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { type Counted, type Waiting, WaitingMessages } from './waiting.port.ts';

const EVERY_MS = 10_000;
/** Counting further would cost PostgreSQL more than the number is worth. */
const MOST_COUNTED = 100_000;
/** After a count it rests for so many times as long as that took: counting takes a hundredth of the time at most. */
const RESTS = 100;
/** So old a count may be at most. */
const MOST_REST_MS = 300_000;

const unknown: Waiting = { scheduled: NaN, parked: NaN, openLetters: NaN, latenessS: NaN };

/** Shows what retry keeps, and how late its releases are, as gauges. */
@Injectable()
export class WaitingGauges {
  /** As it was counted last, by this replica. */
  last = unknown;
  private restsUntil = 0;

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
      const latenessS = await this.waiting.latenessS();
      this.last = { ...this.last, latenessS };
      if (performance.now() >= this.restsUntil) this.last = { ...(await this.count()), latenessS };
    } catch (error) {
      // What was counted before an outage would stand still: no value is better than an old one.
      this.last = unknown;
      throw error;
    }
  }

  private async count(): Promise<Counted> {
    const began = performance.now();
    try {
      return await this.waiting.count(MOST_COUNTED);
    } finally {
      // Also where it ran out of its time: to begin again at once would cost the most just when there is most to count.
      const ended = performance.now();
      this.restsUntil = ended + Math.min(MOST_REST_MS, RESTS * (ended - began));
    }
  }
}
