import { ControlTarget, Instant } from '#libs/contracts';
import { BearerGuard, Valid } from '#libs/runtime';
import { Body, Controller, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { type PausePreview, PausePreviewService } from './pause-preview.service.ts';

const PauseQuestion = z.strictObject({ target: ControlTarget, until: Instant.optional() });

const remedy = 'Correct the named fields; POST /v1/controls/pause/preview of reporting sends them right.';

/** For reporting: what a pause would keep back of that which waits. */
@Controller('v1/waiting')
@UseGuards(BearerGuard)
export class PausePreviewController {
  constructor(@Inject(PausePreviewService) private readonly previews: PausePreviewService) {}

  @Post('preview')
  @HttpCode(200)
  preview(
    @Body(new Valid(PauseQuestion, remedy)) { target, until }: z.infer<typeof PauseQuestion>,
  ): Promise<PausePreview> {
    return this.previews.preview(target, until);
  }
}
