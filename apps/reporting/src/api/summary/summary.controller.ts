import { Valid } from '#libs/runtime';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../../access/guard/access.decorators.ts';
import type { SummaryResponse } from '../responses.ts';
import { type Parsed, SummaryQuery } from '../requests.ts';
import { DocumentResponse, DocumentRequest } from '../docs/docs.decorators.ts';
import { summaryExample } from '../docs/examples.ts';
import { ReportService } from '../report.service.ts';

@ApiTags('Reports')
@Controller('v1/reports')
export class SummaryController {
  constructor(@Inject(ReportService) private readonly reports: ReportService) {}

  @Get('summary')
  @Access('read')
  @DocumentRequest({ query: SummaryQuery })
  @DocumentResponse('How many messages stand where, by channel', 'Summary', summaryExample)
  summary(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(SummaryQuery)) query: Parsed<typeof SummaryQuery>,
  ): Promise<SummaryResponse> {
    return this.reports.summary(caller, query);
  }
}
