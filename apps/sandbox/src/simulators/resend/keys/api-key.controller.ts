import { Controller, Delete, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Page } from '../page.policy.ts';
import { ResendReception } from '../email/reception.service.ts';
import { ResendApiKeys } from './api-key.service.ts';

/** Resend's API keys: only a key with full access may ask. */
@Controller('api-keys')
export class ResendApiKeysController {
  constructor(
    private readonly reception: ResendReception,
    private readonly keys: ResendApiKeys,
  ) {}

  @Post()
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reception.answer(request, reply, () => this.keys.create(request.body, Date.now()), 'full_access');
  }

  @Get()
  list(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() query: Partial<Record<keyof Page, string>>,
  ): void {
    this.reception.answer(request, reply, () => this.keys.list(query), 'full_access');
  }

  @Patch(':id')
  rename(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(request, reply, () => this.keys.rename(id, request.body), 'full_access');
  }

  @Delete(':id')
  remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(request, reply, () => this.keys.remove(id), 'full_access');
  }
}
