import { Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { errorResponse } from '../error.policy.ts';
import { SendGridReception } from '../mail/reception.service.ts';
import { listNames, type ListQuery } from './suppressions.policy.ts';
import { SendGridSuppressions } from './suppressions.service.ts';

/** SendGrid's suppression lists and unsubscribe groups. */
@Controller('v3')
export class SendGridSuppressionsController {
  constructor(
    private readonly reception: SendGridReception,
    private readonly lists: SendGridSuppressions,
  ) {}

  @Get('suppression/:list')
  page(@Res() reply: FastifyReply, @Param('list') name: string, @Query() query: ListQuery): void {
    this.reception.answer(reply, 'suppression.read', () => {
      const list = listNames.find((known) => known === name);
      return list ? this.lists.page(list, query) : errorResponse(404);
    });
  }

  @Get('asm/suppressions')
  members(@Res() reply: FastifyReply): void {
    this.reception.answer(reply, 'asm.groups.suppressions.read', () => this.lists.members());
  }

  @Post('asm/suppressions/global')
  leaveAll(@Res() reply: FastifyReply): void {
    this.reception.answer(reply, 'asm.suppressions.global.create', ({ body }) => this.lists.leaveAll(body, Date.now()));
  }

  @Post('asm/groups/:group/suppressions')
  leave(@Res() reply: FastifyReply, @Param('group') group: string): void {
    this.reception.answer(reply, 'asm.groups.suppressions.create', ({ body }) =>
      this.lists.leave(group, body, Date.now()),
    );
  }

  @Delete('suppression/:list/:email')
  remove(@Res() reply: FastifyReply, @Param('list') name: string, @Param('email') email: string): void {
    this.reception.answer(reply, 'suppression.delete', () => {
      const list = listNames.find((known) => known === name);
      return list ? this.lists.remove(list, email) : errorResponse(404);
    });
  }

  @Delete('asm/suppressions/global/:email')
  rejoinAll(@Res() reply: FastifyReply, @Param('email') email: string): void {
    this.reception.answer(reply, 'asm.suppressions.global.delete', () => this.lists.remove('unsubscribes', email));
  }

  @Delete('asm/groups/:group/suppressions/:email')
  rejoin(@Res() reply: FastifyReply, @Param('group') group: string, @Param('email') email: string): void {
    this.reception.answer(reply, 'asm.groups.suppressions.delete', () => this.lists.rejoin(group, email));
  }
}
