import { Controller, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ResendReception } from '../email/reception.service.ts';
import { ResendTemplates } from './template.service.ts';

/** Resend's templates, as far as sending needs them, for keys with full access. */
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
