import { Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ResendReception } from '../email/reception.service.ts';
import type { SuppressionQuery } from './suppressions.policy.ts';
import { ResendSuppressions } from './suppressions.service.ts';

/** Resend's suppression list: a key with full access is needed. */
@Controller('suppressions')
export class ResendSuppressionsController {
  constructor(
    private readonly reception: ResendReception,
    private readonly suppressions: ResendSuppressions,
  ) {}

  @Get()
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: SuppressionQuery): void {
    this.reception.answer(request, reply, () => this.suppressions.list(query), 'full_access');
  }

  @Post()
  add(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reception.answer(request, reply, () => this.suppressions.add(request.body, Date.now()), 'full_access');
  }

  @Post('batch/add')
  addAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reception.answer(request, reply, () => this.suppressions.addAll(request.body, Date.now()), 'full_access');
  }

  @Post('batch/remove')
  removeAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reception.answer(request, reply, () => this.suppressions.removeAll(request.body), 'full_access');
  }

  @Get(':suppression')
  one(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('suppression') wanted: string): void {
    this.reception.answer(request, reply, () => this.suppressions.one(wanted), 'full_access');
  }

  @Delete(':suppression')
  remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('suppression') wanted: string): void {
    this.reception.answer(request, reply, () => this.suppressions.remove(wanted), 'full_access');
  }
}
