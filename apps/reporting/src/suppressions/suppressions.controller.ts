import { Valid } from '#libs/runtime';
import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import {
  type Parsed,
  SuppressionAddition,
  SuppressionQuery,
  SuppressionRemoval,
  SuppressionSearch,
} from './requests.ts';
import {
  suppressionExamples,
  type SuppressionList,
  type SuppressionResponse,
  type SuppressionsFound,
} from './responses.ts';
import { SuppressionsService } from './suppressions.service.ts';

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
  @Access('operate', { audited: 'suppression.added' })
  @DocumentRequest({
    body: SuppressionAddition,
    example: { channel: 'email', recipient: 'ada@inbox.test', tenant: 'shop', note: 'asked by phone' },
  })
  @DocumentResponse('The suppression, which holds for the next message', 'Suppression', suppressionExamples.one, {
    status: 201,
  })
  add(
    @CallerOfRequest() caller: Caller,
    @Body(new Valid(SuppressionAddition)) addition: Parsed<typeof SuppressionAddition>,
  ): Promise<SuppressionResponse> {
    return this.suppressions.add(caller, addition);
  }

  @Post('remove')
  @HttpCode(200)
  @Access('operate', { audited: 'suppression.removed' })
  @DocumentRequest({
    body: SuppressionRemoval,
    example: { channel: 'email', recipient: 'ada@inbox.test', tenant: 'shop', note: 'asked to get it again' },
  })
  @DocumentResponse('The suppression, lifted', 'Suppression', suppressionExamples.lifted, { notFound: true })
  remove(
    @CallerOfRequest() caller: Caller,
    @Body(new Valid(SuppressionRemoval)) removal: Parsed<typeof SuppressionRemoval>,
  ): Promise<SuppressionResponse> {
    return this.suppressions.remove(caller, removal);
  }
}
