import { Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ResendReception } from '../email/reception.service.ts';
import type { SuppressionQuery } from './suppressions.policy.ts';
import { ResendSuppressions } from './suppressions.service.ts';

/** Resend's suppression list, for keys with full access. */
@Controller('suppressions')
export class ResendSuppressionsController {
  constructor(
    private readonly reception: ResendReception,
    private readonly suppressions: ResendSuppressions,
  ) {}

  @Get()
  list(@Res() reply: FastifyReply, @Query() query: SuppressionQuery): void {
    this.reception.answer(reply, () => this.suppressions.list(query), 'full_access');
  }

  @Post()
  add(@Res() reply: FastifyReply): void {
    this.reception.answer(reply, ({ body }) => this.suppressions.add(body, Date.now()), 'full_access');
  }

  @Post('batch/add')
  addAll(@Res() reply: FastifyReply): void {
    this.reception.answer(reply, ({ body }) => this.suppressions.addAll(body, Date.now()), 'full_access');
  }

  @Delete(':suppression')
  remove(@Res() reply: FastifyReply, @Param('suppression') idOrEmail: string): void {
    this.reception.answer(reply, () => this.suppressions.remove(idOrEmail), 'full_access');
  }
}
