import { Valid } from '#libs/runtime';
import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { deadLettersExample } from '../api/docs/examples.ts';
import { ReportService } from '../api/report.service.ts';
import type { DeadLetterList } from '../api/responses.ts';
import { IdempotencyKey } from '../operations/idempotency-key.ts';
import { operationExamples, type OperationResponse } from '../operations/responses.ts';
import { LettersService } from './letters.service.ts';
import { DiscardOrder, LetterGroupsQuery, LetterQuery, type Parsed, RedriveOrder } from './requests.ts';
import { type LetterGroups, letterGroupsExample } from './responses.ts';

const made = { status: 202, conflict: true } as const;

@ApiTags('Dead letters')
@Controller('v1/dead-letters')
export class LettersController {
  constructor(
    @Inject(ReportService) private readonly reports: ReportService,
    @Inject(LettersService) private readonly letters: LettersService,
  ) {}

  @Get()
  @Access('read')
  @DocumentRequest({ query: LetterQuery })
  @DocumentResponse(
    'Messages that were given up, newest first, with the reason, what to do, and what became of them',
    'DeadLetterList',
    deadLettersExample,
  )
  list(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(LetterQuery)) query: Parsed<typeof LetterQuery>,
  ): Promise<DeadLetterList> {
    return this.reports.deadLetters(caller, query);
  }

  @Get('groups')
  @Access('read')
  @DocumentRequest({ query: LetterGroupsQuery })
  @DocumentResponse(
    'Dead letters by cause; also the preview of a redrive or discard',
    'DeadLetterGroups',
    letterGroupsExample,
  )
  groups(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(LetterGroupsQuery)) query: Parsed<typeof LetterGroupsQuery>,
  ): Promise<LetterGroups> {
    return this.letters.groups(caller, query);
  }

  @Post('redrive')
  @HttpCode(202)
  @Access('operate', { audited: 'letters.redriven' })
  @DocumentRequest({ body: RedriveOrder, example: { filter: { reason: 'exhausted' }, atMost: 1_204 } })
  @DocumentResponse(
    'Sends open dead letters on their way again, ten at first',
    'Operation',
    operationExamples.one,
    made,
  )
  redrive(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Body(new Valid(RedriveOrder)) order: Parsed<typeof RedriveOrder>,
  ): Promise<OperationResponse> {
    return this.letters.redrive(caller, id, order);
  }

  @Post('discard')
  @HttpCode(202)
  @Access('operate', { audited: 'letters.discarded' })
  @DocumentRequest({ body: DiscardOrder, example: { filter: { code: '21211' }, atMost: 17 } })
  @DocumentResponse(
    'Puts open dead letters aside: nobody redrives them any more',
    'Operation',
    operationExamples.one,
    made,
  )
  discard(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Body(new Valid(DiscardOrder)) order: Parsed<typeof DiscardOrder>,
  ): Promise<OperationResponse> {
    return this.letters.discard(caller, id, order);
  }
}
