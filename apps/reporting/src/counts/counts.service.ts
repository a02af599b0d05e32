import { Health, Jobs, LOGGER } from '#libs/runtime';
import { count, counters, gauges, type Logger, observe } from '#libs/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type ComparedDay, Counts } from './counts.port.ts';

const REBUILD_LOOK_MS = 2_000;
const COMPARE_LOOK_MS = 300_000;

/** Makes the counts anew where somebody asks for it, and compares one day a night with its messages. */
@Injectable()
export class CountsService implements OnApplicationShutdown {
  private different: readonly ComparedDay[] = [];
  private readonly stopObserving: () => void;

  constructor(
    @Inject(Counts) private readonly counts: Counts,
    @Inject(Health) health: Pick<Health, 'addConcern'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'error' | 'info'>,
  ) {
    health.addConcern('counts', () => this.concern());
    jobs.add({ name: 'rebuild', everyMs: REBUILD_LOOK_MS, round: () => this.rebuildSome() });
    jobs.add({ name: 'recount', everyMs: COMPARE_LOOK_MS, round: () => this.compare() });
    this.stopObserving = observe(gauges.differentDays, () => [{ labels: {}, value: this.different.length }]);
  }

  async rebuildSome(): Promise<{ more: boolean }> {
    return { more: await this.counts.rebuildSome() };
  }

  /** Which day it is, chance says: in time each one is looked at. */
  async compare(): Promise<void> {
    const found = await this.counts.compareTonight(Math.random());
    if (found && found.different > 0) {
      count(counters.differentCounts, {}, found.different);
      this.logger.error({ day: found.day, rows: found.different }, 'counts of a day are not what its messages say');
    }
    const compared = await this.counts.compared();
    this.different = compared.filter(({ different, repairedAt }) => different > 0 && repairedAt === null);
  }

  onApplicationShutdown(): void {
    this.stopObserving();
  }

  /** For the readiness. Undefined: every day that was compared is as its messages say. */
  private concern(): { meaning: string; remedy: string } | undefined {
    if (this.different.length === 0) return undefined;
    const days = this.different.map(({ day }) => day).join(', ');
    return {
      meaning: `Counts are not what the messages say: ${days}.`,
      remedy: 'Count anew: messaging reporting rebuild. Then look why: docs/reporting.md.',
    };
  }
}
