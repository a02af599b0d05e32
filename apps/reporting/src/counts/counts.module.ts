import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { Periods } from '../periods/periods.port.ts';
import { PeriodsService } from '../periods/periods.service.ts';
import { PostgresPeriods } from '../periods/periods.store.ts';
import { FilePrices } from '../prices/prices.adapter.ts';
import { Prices } from '../prices/prices.port.ts';
import { reportingConfig } from '../reporting.config.ts';
import { CountReportsController } from '../reports/count-reports.controller.ts';
import { CountReportsService } from '../reports/count-reports.service.ts';
import { CountReports } from '../reports/reports.port.ts';
import { PostgresCountReports } from '../reports/reports.store.ts';
import { CountsController } from './counts.controller.ts';
import { Counts } from './counts.port.ts';
import { CountsService } from './counts.service.ts';
import { PostgresCounts } from './whole-counts.store.ts';

/** Counts of messages: that they stay exact, how they are made anew, and how long they are kept. */
@Module({
  imports: [AccessModule],
  controllers: [CountsController, CountReportsController],
  providers: [
    reportingConfig.provider,
    { provide: Counts, useClass: PostgresCounts },
    CountsService,
    { provide: Periods, useClass: PostgresPeriods },
    PeriodsService,
    { provide: Prices, useClass: FilePrices },
    { provide: CountReports, useClass: PostgresCountReports },
    CountReportsService,
  ],
})
export class CountsModule {}
