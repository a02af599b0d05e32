import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { page, pageHeaders } from './page.policy.ts';

@Controller()
export class PageController {
  @Get()
  show(@Res() reply: FastifyReply): void {
    void reply.headers(pageHeaders).send(page);
  }
}
