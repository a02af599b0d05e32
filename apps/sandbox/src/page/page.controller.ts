import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Simulators } from '../core/simulators.service.ts';
import { pageHeaders, simulatorsScript } from './page.policy.ts';

/** The part of the page that is no file. */
@Controller()
export class PageController {
  constructor(private readonly simulators: Simulators) {}

  @Get('simulators.js')
  show(@Res() reply: FastifyReply): void {
    const headers = { ...pageHeaders, 'content-type': 'text/javascript; charset=utf-8' };
    void reply.headers(headers).send(simulatorsScript(this.simulators.all));
  }
}
