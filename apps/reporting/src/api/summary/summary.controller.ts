import { BearerGuard, Valid } from '#libs/runtime';
import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { SummaryResponse } from '../responses.ts';
import { type Parsed, SummaryQuery } from '../requests.ts';
import { DocumentResponse, DocumentRequest } from '../docs/docs.decorators.ts';
import { summaryExample } from '../docs/examples.ts';
import { ReportService } from '../report.service.ts';

@ApiTags('Reports')
@Controller('v1/reports')
@UseGuards(BearerGuard)
export class SummaryController {
  constructor(@Inject(ReportService) private readonly reports: ReportService) {}

  @Get('summary')
  @DocumentRequest({ query: SummaryQuery })
  @DocumentResponse('How many messages stand where, by channel', 'Summary', summaryExample)
  summary(@Query(new Valid(SummaryQuery)) query: Parsed<typeof SummaryQuery>): Promise<SummaryResponse> {
    return this.reports.summary(query);
  }
}
