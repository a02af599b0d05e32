import { Health, Jobs, LOGGER } from '#libs/runtime';
import { gauges, type Logger, observe } from '#libs/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { reportingConfig, type ReportingConfig } from '../reporting.config.ts';
import { Periods } from './periods.port.ts';

const LOOK_MS = 600_000;
const DAY_MS = 86_400_000;
const PORTION = 5_000;
/** Few periods: each is one more place to look an id up in. */
const PERIODS_KEPT = 4;
/** A period that is open for so many times its length should have been followed by another. */
const LATE_AFTER = 1.25;

/** Opens the periods of messages, and deletes what is past its retention. */
@Injectable()
export class PeriodsService implements OnApplicationShutdown {
  private readonly timelineDays: number;
  private readonly rollupDays: number;
  private readonly periodDays: number;
  private openSince: Date | undefined;
  private readonly stopObserving: () => void;

  constructor(
    @Inject(Periods) private readonly periods: Periods,
    @Inject(reportingConfig.KEY)
    config: Pick<ReportingConfig, 'REPORTING_TIMELINE_DAYS' | 'REPORTING_ROLLUP_DAYS'>,
    @Inject(Health) health: Pick<Health, 'addConcern'>,
    @Inject(Jobs) jobs: Pick<Jobs, 'add'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'info'>,
  ) {
    this.timelineDays = config.REPORTING_TIMELINE_DAYS;
    this.rollupDays = config.REPORTING_ROLLUP_DAYS;
    this.periodDays = Math.max(1, Math.floor(this.timelineDays / PERIODS_KEPT));
    health.addConcern('periods', () => this.concern());
    jobs.add({ name: 'periods', everyMs: LOOK_MS, round: () => this.round() });
    this.stopObserving = observe(gauges.periodAge, () => [{ labels: {}, value: this.ageS() }]);
  }

  async round(): Promise<{ more: boolean }> {
    this.openSince = await this.periods.openSince();
    const opened = await this.periods.openNext(this.periodDays);
    if (opened) {
      this.openSince = await this.periods.openSince();
      this.logger.info('the next period is open: what is new goes there');
    }
    const dropped = await this.periods.drop(this.timelineDays);
    if (dropped > 0) this.logger.info({ periods: dropped }, 'periods past their retention were deleted');
    return { more: (await this.periods.deleteSome(this.timelineDays, this.rollupDays, PORTION)) === PORTION };
  }

  onApplicationShutdown(): void {
    this.stopObserving();
  }

  private ageS(): number {
    return this.openSince === undefined ? Number.NaN : (Date.now() - this.openSince.getTime()) / 1_000;
  }

  /** For the readiness. Undefined: periods follow each other. */
  private concern(): { meaning: string; remedy: string } | undefined {
    const days = (this.ageS() * 1_000) / DAY_MS;
    if (!(days > Math.max(this.periodDays * LATE_AFTER, this.periodDays + 1))) return undefined;
    return {
      meaning: `No next period could be opened: the one of ${Math.floor(days)} days ago still takes what comes.`,
      remedy: 'Look into the log for "a job fails" (periods): nothing is lost, but retention lasts longer.',
    };
  }
}
