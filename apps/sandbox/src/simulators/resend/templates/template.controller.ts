import { Controller, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ResendReception } from '../email/reception.service.ts';
import { ResendTemplates } from './template.service.ts';

/** Resend's templates, as much as it takes to send with them: a key with full access is needed. */
@Controller('templates')
export class ResendTemplatesController {
  constructor(
    private readonly reception: ResendReception,
    private readonly templates: ResendTemplates,
  ) {}

  @Post()
  create(@Res() reply: FastifyReply): void {
    this.reception.answer(reply, ({ body }) => this.templates.create(body), 'full_access');
  }

  @Post(':id/publish')
  publish(@Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(reply, () => this.templates.publish(id), 'full_access');
  }
}
