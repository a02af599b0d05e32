import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Simulators } from '../core/simulators.service.ts';
import { type Page, pageOf } from './page.policy.ts';

@Controller()
export class PageController {
  private readonly page: Page;

  constructor(simulators: Simulators) {
    this.page = pageOf(simulators.all);
  }

  @Get()
  show(@Res() reply: FastifyReply): void {
    void reply.headers(this.page.headers).send(this.page.html);
  }
}
