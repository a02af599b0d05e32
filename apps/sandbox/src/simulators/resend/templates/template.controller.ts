import { Controller, Delete, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Page } from '../page.policy.ts';
import { ResendReception } from '../email/reception.service.ts';
import { ResendTemplates } from './template.service.ts';

/** Resend's templates, found by id or alias: a key with full access is needed. */
@Controller('templates')
export class ResendTemplatesController {
  constructor(
    private readonly reception: ResendReception,
    private readonly templates: ResendTemplates,
  ) {}

  @Post()
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reception.answer(request, reply, () => this.templates.create(request.body, Date.now()), 'full_access');
  }

  @Get()
  list(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() query: Partial<Record<keyof Page, string>>,
  ): void {
    this.reception.answer(request, reply, () => this.templates.list(query), 'full_access');
  }

  @Get(':id')
  one(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(request, reply, () => this.templates.one(id), 'full_access');
  }

  @Patch(':id')
  change(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(request, reply, () => this.templates.change(id, request.body, Date.now()), 'full_access');
  }

  @Delete(':id')
  remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(request, reply, () => this.templates.remove(id), 'full_access');
  }

  @Post(':id/publish')
  publish(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(request, reply, () => this.templates.publish(id, Date.now()), 'full_access');
  }

  @Post(':id/duplicate')
  duplicate(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(request, reply, () => this.templates.duplicate(id, Date.now()), 'full_access');
  }
}
