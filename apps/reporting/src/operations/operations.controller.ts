import { Valid } from '#libs/runtime';
import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { OperationsService } from './operations.service.ts';
import { OperationPath, OperationQuery, type Parsed } from './requests.ts';
import { operationExamples, type OperationList, type OperationResponse } from './responses.ts';

@ApiTags('Operations')
@Controller('v1/operations')
export class OperationsController {
  constructor(@Inject(OperationsService) private readonly operations: OperationsService) {}

  @Get()
  @Access('read')
  @DocumentRequest({ query: OperationQuery })
  @DocumentResponse('What operators have asked for, newest first', 'OperationList', operationExamples.list)
  list(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(OperationQuery)) query: Parsed<typeof OperationQuery>,
  ): Promise<OperationList> {
    return this.operations.list(caller, query);
  }

  @Get(':operationId')
  @Access('read')
  @DocumentRequest({ path: OperationPath })
  @DocumentResponse(
    'An operation: who asked for it, why, and how far each service is',
    'Operation',
    operationExamples.one,
    {
      notFound: true,
    },
  )
  show(
    @CallerOfRequest() caller: Caller,
    @Param(new Valid(OperationPath)) { operationId }: Parsed<typeof OperationPath>,
  ): Promise<OperationResponse> {
    return this.operations.show(caller, operationId);
  }

  /** A POST: it stays in the list, with what it had done. */
  @Post(':operationId/stop')
  @HttpCode(200)
  @Access('operate', { audited: 'operation.stopped' })
  @DocumentRequest({ path: OperationPath })
  @DocumentResponse(
    'The operation, which its services end: what is done stays done',
    'Operation',
    operationExamples.one,
    {
      notFound: true,
      conflict: true,
    },
  )
  stop(
    @CallerOfRequest() caller: Caller,
    @Param(new Valid(OperationPath)) { operationId }: Parsed<typeof OperationPath>,
  ): Promise<OperationResponse> {
    return this.operations.stop(caller, operationId);
  }
}
