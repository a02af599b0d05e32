import { Controller, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SendGridReception } from '../mail/reception.service.ts';
import { SendGridTemplates } from './template.service.ts';

/** SendGrid's transactional templates and their versions, as far as sending needs them. */
@Controller('v3/templates')
export class SendGridTemplatesController {
  constructor(
    private readonly reception: SendGridReception,
    private readonly templates: SendGridTemplates,
  ) {}

  @Post()
  create(@Res() reply: FastifyReply): void {
    this.reception.answer(reply, 'templates.create', ({ body }) => this.templates.create(body, Date.now()));
  }

  @Post(':template/versions')
  addVersion(@Res() reply: FastifyReply, @Param('template') id: string): void {
    this.reception.answer(reply, 'templates.versions.create', ({ body }) =>
      this.templates.addVersion(id, body, Date.now()),
    );
  }
}
