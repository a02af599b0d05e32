import { Body, Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../../core/response.ts';
import { errorResponse } from '../error.policy.ts';
import { SendGridReception } from '../mail/reception.service.ts';
import { type ListName, listNames, type ListQuery } from './suppressions.policy.ts';
import { SendGridSuppressions } from './suppressions.service.ts';

/** SendGrid's suppression lists and unsubscribe groups. */
@Controller('v3')
export class SendGridSuppressionsController {
  constructor(
    private readonly reception: SendGridReception,
    private readonly lists: SendGridSuppressions,
  ) {}

  @Get('suppression/:list')
  page(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('list') name: string,
    @Query() query: ListQuery,
  ): void {
    this.reception.answer(request, reply, 'suppression.read', () =>
      this.ofList(name, (list) => this.lists.page(list, query)),
    );
  }

  @Get('suppression/:list/:email')
  one(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('list') name: string,
    @Param('email') email: string,
  ): void {
    this.reception.answer(request, reply, 'suppression.read', () =>
      this.ofList(name, (list) => this.lists.one(list, email)),
    );
  }

  @Delete('suppression/:list/:email')
  remove(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('list') name: string,
    @Param('email') email: string,
  ): void {
    this.reception.answer(request, reply, 'suppression.delete', () =>
      this.ofList(name, (list) => this.lists.remove(list, email)),
    );
  }

  @Get('asm/groups')
  groups(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reception.answer(request, reply, 'asm.groups.read', () => this.lists.groupList());
  }

  @Get('asm/suppressions')
  members(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reception.answer(request, reply, 'asm.groups.suppressions.read', () => this.lists.members());
  }

  @Post('asm/suppressions/global')
  leaveAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: unknown): void {
    this.reception.answer(request, reply, 'asm.suppressions.global.create', () =>
      this.lists.leaveAll(body, Date.now()),
    );
  }

  @Delete('asm/suppressions/global/:email')
  joinAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('email') email: string): void {
    this.reception.answer(request, reply, 'asm.suppressions.global.delete', () =>
      this.lists.remove('unsubscribes', email),
    );
  }

  @Post('asm/groups/:group/suppressions')
  leave(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('group') group: string,
    @Body() body: unknown,
  ): void {
    this.reception.answer(request, reply, 'asm.groups.suppressions.create', () =>
      this.lists.leave(group, body, Date.now()),
    );
  }

  @Delete('asm/groups/:group/suppressions/:email')
  join(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('group') group: string,
    @Param('email') email: string,
  ): void {
    this.reception.answer(request, reply, 'asm.groups.suppressions.delete', () => this.lists.join(group, email));
  }

  private ofList(name: string, work: (list: ListName) => Answer): Answer {
    const list = listNames.find((known) => known === name);
    return list ? work(list) : errorResponse(404);
  }
}
