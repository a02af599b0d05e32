import { Valid } from '#libs/runtime';
import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { SummaryAnswer } from './answers.ts';
import { type Asked, SummaryQuery } from './asked.ts';
import { BearerGuard } from './bearer.guard.ts';
import { Answers, Asks } from './docs.decorators.ts';
import { summaryExample } from './examples.ts';
import { ReportService } from './report.service.ts';

@ApiTags('Reports')
@Controller('v1/reports')
@UseGuards(BearerGuard)
export class SummaryController {
  private readonly reports: ReportService;

  constructor(@Inject(ReportService) reports: ReportService) {
    this.reports = reports;
  }

  @Get('summary')
  @Asks({ query: SummaryQuery })
  @Answers('How many messages stand where, by channel', 'Summary', summaryExample)
  summary(@Query(new Valid(SummaryQuery)) query: Asked<typeof SummaryQuery>): Promise<SummaryAnswer> {
    return this.reports.summary(query);
  }
}
