import { BearerGuard, Valid } from '#libs/runtime';
import { Addition, type Parsed, RecipientSearch, Removal, SuppressionQuery } from './requests.ts';
import {
  remedy,
  SuppressionAdmin,
  type SuppressionResponse,
  type SuppressionList,
} from './suppression-admin.service.ts';
import { Body, Controller, Get, HttpCode, Inject, Post, Query, UseGuards } from '@nestjs/common';

/** The suppressions of this channel. Recipients are sent in bodies, because proxies log URLs. */
@Controller('v1/suppressions')
@UseGuards(BearerGuard)
export class SuppressionsController {
  constructor(@Inject(SuppressionAdmin) private readonly admin: SuppressionAdmin) {}

  @Get()
  list(@Query(new Valid(SuppressionQuery, remedy)) query: Parsed<typeof SuppressionQuery>): Promise<SuppressionList> {
    return this.admin.list(query);
  }

  @Post('search')
  @HttpCode(200)
  search(
    @Body(new Valid(RecipientSearch, remedy)) search: Parsed<typeof RecipientSearch>,
  ): Promise<Pick<SuppressionList, 'suppressions'>> {
    return this.admin.of(search);
  }

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
