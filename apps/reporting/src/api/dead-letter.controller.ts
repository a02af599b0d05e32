import { Valid } from '#libs/runtime';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import type { DeadLetterList } from './responses.ts';
import { type Parsed, PageQuery } from './requests.ts';
import { DocumentResponse, DocumentRequest } from './docs/docs.decorators.ts';
import { deadLettersExample } from './docs/examples.ts';
import { ReportService } from './report.service.ts';

@ApiTags('Dead letters')
@Controller('v1/dead-letters')
export class DeadLetterController {
  constructor(@Inject(ReportService) private readonly reports: ReportService) {}

  @Get()
  @Access('read')
  @DocumentRequest({ query: PageQuery })
  @DocumentResponse(
    'Messages that were given up, newest first, with the reason and what to do',
    'DeadLetterList',
    deadLettersExample,
  )
  list(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(PageQuery)) query: Parsed<typeof PageQuery>,
  ): Promise<DeadLetterList> {
    return this.reports.deadLetters(caller, query);
  }
}
