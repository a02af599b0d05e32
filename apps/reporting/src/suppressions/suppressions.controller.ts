import { Valid } from '#libs/runtime';
import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { IdempotencyKey } from '../operations/idempotency-key.ts';
import { operationExamples, type OperationResponse } from '../operations/responses.ts';
import {
  type Parsed,
  SuppressionAddition,
  SuppressionQuery,
  SuppressionRemoval,
  SuppressionSearch,
} from './requests.ts';
import { suppressionExamples, type SuppressionList, type SuppressionsFound } from './responses.ts';
import { SuppressionsService } from './suppressions.service.ts';

const made = { status: 202, conflict: true } as const;

/** Recipients are sent in bodies, because proxies log URLs. */
@ApiTags('Suppressions')
@Controller('v1/suppressions')
export class SuppressionsController {
  constructor(@Inject(SuppressionsService) private readonly suppressions: SuppressionsService) {}

  @Get()
  @Access('read')
  @DocumentRequest({ query: SuppressionQuery })
  @DocumentResponse('Who must not be written to, newest first', 'SuppressionList', suppressionExamples.list)
  list(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(SuppressionQuery)) query: Parsed<typeof SuppressionQuery>,
  ): Promise<SuppressionList> {
    return this.suppressions.list(caller, query);
  }

  @Post('search')
  @HttpCode(200)
  @Access('read')
  @DocumentRequest({ body: SuppressionSearch, example: { recipient: 'ada@inbox.test' } })
  @DocumentResponse('What holds against one recipient', 'SuppressionsFound', suppressionExamples.found)
  search(
    @CallerOfRequest() caller: Caller,
    @Body(new Valid(SuppressionSearch)) search: Parsed<typeof SuppressionSearch>,
  ): Promise<SuppressionsFound> {
    return this.suppressions.of(caller, search);
  }

  @Post()
  @HttpCode(202)
  @Access('operate', { audited: 'suppression.added' })
  @DocumentRequest({
    body: SuppressionAddition,
    example: { channel: 'email', recipient: 'ada@inbox.test', tenant: 'shop', note: 'asked by phone' },
  })
  @DocumentResponse('Has its channel suppress a recipient', 'Operation', operationExamples.one, made)
  add(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Body(new Valid(SuppressionAddition)) addition: Parsed<typeof SuppressionAddition>,
  ): Promise<OperationResponse> {
    return this.suppressions.add(caller, id, addition);
  }

  @Post('remove')
  @HttpCode(202)
  @Access('operate', { audited: 'suppression.removed' })
  @DocumentRequest({
    body: SuppressionRemoval,
    example: { channel: 'email', recipient: 'ada@inbox.test', tenant: 'shop', note: 'asked to get it again' },
  })
  @DocumentResponse(
    'Has its channel lift a suppression: the operation fails where none holds',
    'Operation',
    operationExamples.one,
    made,
  )
  remove(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Body(new Valid(SuppressionRemoval)) removal: Parsed<typeof SuppressionRemoval>,
  ): Promise<OperationResponse> {
    return this.suppressions.remove(caller, id, removal);
  }

  @Post('sync')
  @HttpCode(202)
  @Access('operate', { tenants: 'all', audited: 'suppression.lists-asked' })
  @DocumentRequest({})
  @DocumentResponse(
    'Has the channels take over the providers’ own lists now; the counts say what came of each list',
    'Operation',
    operationExamples.one,
    made,
  )
  sync(@CallerOfRequest() caller: Caller, @IdempotencyKey() id: string | undefined): Promise<OperationResponse> {
    return this.suppressions.sync(caller, id);
  }
}
