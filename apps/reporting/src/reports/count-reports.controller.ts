import { Valid } from '#libs/runtime';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { CountReportsService } from './count-reports.service.ts';
import { type Parsed, ReportParameters } from './requests.ts';
import {
  type CostReport,
  type DeliveryReport,
  type EngagementReport,
  type FailureReport,
  type ProviderReport,
  reportExamples,
  type TookReport,
} from './responses.ts';

type Asked = Parsed<typeof ReportParameters>;

/** Reports over the counts (docs/reporting.md). */
@ApiTags('Reports')
@Controller('v1/reports')
export class CountReportsController {
  constructor(@Inject(CountReportsService) private readonly reports: CountReportsService) {}

  @Get('delivery')
  @Access('read')
  @DocumentRequest({ query: ReportParameters })
  @DocumentResponse('How many messages stand where, over time', 'DeliveryReport', reportExamples.delivery)
  delivery(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(ReportParameters)) asked: Asked,
  ): Promise<DeliveryReport> {
    return this.reports.delivery(caller, asked);
  }

  @Get('failures')
  @Access('read')
  @DocumentRequest({ query: ReportParameters })
  @DocumentResponse('Messages that did not arrive, by cause', 'FailureReport', reportExamples.failures)
  failures(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(ReportParameters)) asked: Asked,
  ): Promise<FailureReport> {
    return this.reports.failures(caller, asked);
  }

  @Get('latency')
  @Access('read')
  @DocumentRequest({ query: ReportParameters })
  @DocumentResponse('How long messages took from when they were wanted', 'TookReport', reportExamples.took)
  latency(@CallerOfRequest() caller: Caller, @Query(new Valid(ReportParameters)) asked: Asked): Promise<TookReport> {
    return this.reports.latency(caller, asked);
  }

  @Get('engagement')
  @Access('read')
  @DocumentRequest({ query: ReportParameters })
  @DocumentResponse('What recipients did, by days of UTC', 'EngagementReport', reportExamples.engagement)
  engagement(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(ReportParameters)) asked: Asked,
  ): Promise<EngagementReport> {
    return this.reports.engagement(caller, asked);
  }

  @Get('providers')
  @Access('read')
  @DocumentRequest({ query: ReportParameters })
  @DocumentResponse('Providers beside each other: calls, ends, times', 'ProviderReport', reportExamples.providers)
  providers(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(ReportParameters)) asked: Asked,
  ): Promise<ProviderReport> {
    return this.reports.providers(caller, asked);
  }

  @Get('cost')
  @Access('read')
  @DocumentRequest({ query: ReportParameters })
  @DocumentResponse('What messages cost, by the price table', 'CostReport', reportExamples.cost)
  cost(@CallerOfRequest() caller: Caller, @Query(new Valid(ReportParameters)) asked: Asked): Promise<CostReport> {
    return this.reports.cost(caller, asked);
  }
}
