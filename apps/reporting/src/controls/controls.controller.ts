import { Valid } from '#libs/runtime';
import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.policy.ts';
import { Access, CallerOfRequest } from '../access/guard/access.decorators.ts';
import { DocumentRequest, DocumentResponse } from '../api/docs/docs.decorators.ts';
import { IdempotencyKey } from '../operations/idempotency-key.ts';
import type { OperationResponse } from '../operations/responses.ts';
import { ControlPreviews } from './control-previews.service.ts';
import { ControlsService } from './controls.service.ts';
import {
  CancelOrder,
  CancelPreview,
  ControlQuery,
  LiftOrder,
  type Parsed,
  PauseOrder,
  PausePreview,
  ResumeOrder,
  WithdrawOrder,
} from './requests.ts';
import {
  type CancelPreviewResponse,
  controlExamples,
  type ControlList,
  type PausePreviewResponse,
} from './responses.ts';

@ApiTags('Controls')
@Controller('v1/controls')
export class ControlsController {
  constructor(
    @Inject(ControlsService) private readonly controls: ControlsService,
    @Inject(ControlPreviews) private readonly previews: ControlPreviews,
  ) {}

  @Get()
  @Access('read')
  @DocumentRequest({ query: ControlQuery })
  @DocumentResponse('What is paused or cancelled by filter, newest first', 'ControlList', controlExamples.list)
  list(
    @CallerOfRequest() caller: Caller,
    @Query(new Valid(ControlQuery)) query: Parsed<typeof ControlQuery>,
  ): Promise<ControlList> {
    return this.controls.list(caller, query);
  }

  @Post('pause')
  @HttpCode(202)
  @Access('operate', { audited: 'control.pause' })
  @DocumentRequest({ body: PauseOrder, example: controlExamples.pause })
  @DocumentResponse('The operation: done once no call can go out any more', 'Operation', controlExamples.operation, {
    status: 202,
    conflict: true,
  })
  pause(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Body(new Valid(PauseOrder)) order: Parsed<typeof PauseOrder>,
  ): Promise<OperationResponse> {
    return this.controls.pause(caller, id, order, Date.now());
  }

  @Post('pause/preview')
  @HttpCode(200)
  @Access('operate')
  @DocumentRequest({ body: PausePreview, example: controlExamples.pausePreview })
  @DocumentResponse(
    'What waits in retry that it would keep back, and how many of that would expire before its end',
    'PausePreview',
    controlExamples.pausePreviewed,
  )
  previewPause(
    @CallerOfRequest() caller: Caller,
    @Body(new Valid(PausePreview)) asked: Parsed<typeof PausePreview>,
  ): Promise<PausePreviewResponse> {
    return this.previews.pause(caller, asked, Date.now());
  }

  @Post('resume')
  @HttpCode(202)
  @Access('operate', { audited: 'control.resume' })
  @DocumentRequest({ body: ResumeOrder, example: controlExamples.resume })
  @DocumentResponse('The operation', 'Operation', controlExamples.operation, { status: 202, conflict: true })
  resume(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Body(new Valid(ResumeOrder)) order: Parsed<typeof ResumeOrder>,
  ): Promise<OperationResponse> {
    return this.controls.resume(caller, id, order);
  }

  @Post('cancel')
  @HttpCode(202)
  @Access('operate', { audited: 'control.cancel' })
  @DocumentRequest({ body: CancelOrder, example: controlExamples.cancel })
  @DocumentResponse('The operation', 'Operation', controlExamples.operation, { status: 202, conflict: true })
  cancel(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Body(new Valid(CancelOrder)) order: Parsed<typeof CancelOrder>,
  ): Promise<OperationResponse> {
    return this.controls.cancel(caller, id, order);
  }

  /** A POST: the filter may hold an address, which must not be in a URL. */
  @Post('cancel/preview')
  @HttpCode(200)
  @Access('operate')
  @DocumentRequest({ body: CancelPreview, example: { filter: controlExamples.cancel.filter } })
  @DocumentResponse('How many messages it would be about', 'CancelPreview', controlExamples.preview)
  preview(
    @CallerOfRequest() caller: Caller,
    @Body(new Valid(CancelPreview)) asked: Parsed<typeof CancelPreview>,
  ): Promise<CancelPreviewResponse> {
    return this.previews.cancel(caller, asked);
  }

  @Post('withdraw')
  @HttpCode(202)
  @Access('operate', { audited: 'control.withdraw' })
  @DocumentRequest({ body: WithdrawOrder, example: controlExamples.withdraw })
  @DocumentResponse(
    'Withdraws a cancellation by filter: it ends nothing more, and what it has ended stays ended',
    'Operation',
    controlExamples.operation,
    { status: 202, conflict: true, notFound: true },
  )
  withdraw(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Body(new Valid(WithdrawOrder)) order: Parsed<typeof WithdrawOrder>,
  ): Promise<OperationResponse> {
    return this.controls.withdraw(caller, id, order);
  }

  @Post('lift')
  @HttpCode(202)
  @Access('operate', { audited: 'control.lift' })
  @DocumentRequest({ body: LiftOrder, example: controlExamples.lift })
  @DocumentResponse('The operation', 'Operation', controlExamples.operation, { status: 202, conflict: true })
  lift(
    @CallerOfRequest() caller: Caller,
    @IdempotencyKey() id: string | undefined,
    @Body(new Valid(LiftOrder)) order: Parsed<typeof LiftOrder>,
  ): Promise<OperationResponse> {
    return this.controls.lift(caller, id, order);
  }
}
