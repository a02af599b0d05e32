import { Valid } from '#libs/runtime';
import { Body, Controller, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { MessagePath, MessageQuery } from '../api/requests.ts';
import { IdempotencyKey } from '../operations/idempotency-key.ts';
import { operationExamples, type OperationResponse } from '../operations/responses.ts';
import { OneMessageService } from './one-message.service.ts';
import { BringForwardOrder, CancelOrder, MessageRedriveOrder, type Parsed } from './requests.ts';

const made = { status: 202, notFound: true, conflict: true } as const;

@ApiTags('Messages')
@Controller('v1/messages/:channel/:messageId')
export class OneMessageController {
  constructor(@Inject(OneMessageService) private readonly messages: OneMessageService) {}

  @Post('cancel')
  @HttpCode(202)
  @Access('operate', { audited: 'message.cancelled' })
  @DocumentRequest({ path: MessagePath, query: MessageQuery, body: CancelOrder, example: {} })
  @DocumentResponse('Cancels a message that no provider has taken', 'Operation', operationExamples.one, made)
  cancel(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Param(new Valid(MessagePath)) path: Parsed<typeof MessagePath>,
    @Query(new Valid(MessageQuery)) { tenant }: Parsed<typeof MessageQuery>,
    @Body(new Valid(CancelOrder)) order: Parsed<typeof CancelOrder>,
  ): Promise<OperationResponse> {
    return this.messages.cancel(caller, id, { ...path, tenant }, order);
  }

  @Post('bring-forward')
  @HttpCode(202)
  @Access('operate', { audited: 'message.brought-forward' })
  @DocumentRequest({ path: MessagePath, query: MessageQuery, body: BringForwardOrder, example: {} })
  @DocumentResponse('Lets a message that waits go now', 'Operation', operationExamples.one, made)
  bringForward(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Param(new Valid(MessagePath)) path: Parsed<typeof MessagePath>,
    @Query(new Valid(MessageQuery)) { tenant }: Parsed<typeof MessageQuery>,
    @Body(new Valid(BringForwardOrder)) order: Parsed<typeof BringForwardOrder>,
  ): Promise<OperationResponse> {
    return this.messages.bringForward(caller, id, { ...path, tenant }, order);
  }

  @Post('redrive')
  @HttpCode(202)
  @Access('operate', { audited: 'message.redriven' })
  @DocumentRequest({ path: MessagePath, query: MessageQuery, body: MessageRedriveOrder, example: {} })
  @DocumentResponse('Sends a message on its way again that was given up', 'Operation', operationExamples.one, made)
  redrive(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Param(new Valid(MessagePath)) path: Parsed<typeof MessagePath>,
    @Query(new Valid(MessageQuery)) { tenant }: Parsed<typeof MessageQuery>,
    @Body(new Valid(MessageRedriveOrder)) order: Parsed<typeof MessageRedriveOrder>,
  ): Promise<OperationResponse> {
    return this.messages.redrive(caller, id, { ...path, tenant }, order);
  }
}
