import { BearerGuard, Valid } from '#libs/runtime';
import { Addition, type Parsed, Removal } from './requests.ts';
import { remedy, SuppressionAdmin, type SuppressionResponse } from './suppression-admin.service.ts';
import { Body, Controller, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';

/** Changes of this channel's suppressions, as reporting passes them on. Recipients are sent in bodies. */
@Controller('v1/suppressions')
@UseGuards(BearerGuard)
export class SuppressionsController {
  constructor(@Inject(SuppressionAdmin) private readonly admin: SuppressionAdmin) {}

  @Post()
  add(@Body(new Valid(Addition, remedy)) addition: Parsed<typeof Addition>): Promise<SuppressionResponse> {
    return this.admin.add(addition, Date.now());
  }

  @Post('remove')
  @HttpCode(200)
  remove(@Body(new Valid(Removal, remedy)) removal: Parsed<typeof Removal>): Promise<SuppressionResponse> {
    return this.admin.remove(removal, Date.now());
  }
}
