import { Body, Controller, Delete, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccountService } from '../account/account.service.ts';
import type { Answer } from '../answer.ts';
import { give } from '../gate/give.ts';
import { SANDBOX_CONFIG, SandboxConfig } from '../sandbox.config.ts';
import { checkKey } from './auth.policy.ts';
import { errorAnswer, throttled } from './error.policy.ts';
import { type ListName, listNames, type ListQuery } from './suppressions.policy.ts';
import { SendGridSuppressions } from './suppressions.service.ts';

/** Of SendGrid's endpoints beside mail/send, a minute. */
const RATE_PER_MINUTE = 600;

/** SendGrid's suppression lists and unsubscribe groups. */
@Controller('v3')
export class SendGridSuppressionsController {
  private minute = 0;
  private used = 0;

  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig,
    private readonly accounts: AccountService,
    private readonly lists: SendGridSuppressions,
  ) {}

  @Get('suppression/:list')
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('list') name: string, @Query() query: ListQuery): void {
    this.answer(request, reply, 'suppression.read', () => this.ofList(name, (list) => this.lists.page(list, query)));
  }

  @Get('suppression/:list/:email')
  one(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('list') name: string, @Param('email') email: string): void {
    this.answer(request, reply, 'suppression.read', () => this.ofList(name, (list) => this.lists.one(list, email)));
  }

  @Delete('suppression/:list/:email')
  remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('list') name: string, @Param('email') email: string): void {
    this.answer(request, reply, 'suppression.delete', () => this.ofList(name, (list) => this.lists.remove(list, email)));
  }

  @Get('asm/groups')
  groups(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(request, reply, 'asm.groups.read', () => this.lists.groupList());
  }

  @Get('asm/suppressions')
  members(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(request, reply, 'asm.groups.suppressions.read', () => this.lists.members());
  }

  @Post('asm/suppressions/global')
  leaveAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: unknown): void {
    this.answer(request, reply, 'asm.suppressions.global.create', () => this.lists.leaveAll(body, Date.now()));
  }

  @Delete('asm/suppressions/global/:email')
  joinAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('email') email: string): void {
    this.answer(request, reply, 'asm.suppressions.global.delete', () => this.lists.remove('unsubscribes', email));
  }

  @Post('asm/groups/:group/suppressions')
  leave(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('group') group: string, @Body() body: unknown): void {
    this.answer(request, reply, 'asm.groups.suppressions.create', () => this.lists.leave(group, body, Date.now()));
  }

  @Delete('asm/groups/:group/suppressions/:email')
  join(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('group') group: string, @Param('email') email: string): void {
    this.answer(request, reply, 'asm.groups.suppressions.delete', () => this.lists.join(group, email));
  }

  private ofList(name: string, work: (list: ListName) => Answer): Answer {
    const list = listNames.find((known) => known === name);
    return list ? work(list) : errorAnswer(404);
  }

  private answer(request: FastifyRequest, reply: FastifyReply, scope: string, work: () => Answer): void {
    const now = Date.now();
    const refused = checkKey(request.headers.authorization, this.config.SANDBOX_SENDGRID_API_KEY, this.accounts.current().sendgrid, scope);
    if (refused) return give(reply, refused);
    const { headers, left } = this.take(now);
    const answer = left ? work() : throttled(now);
    give(reply, { ...answer, headers: { ...answer.headers, ...headers } });
  }

  private take(now: number): { headers: Record<string, string>; left: boolean } {
    const minute = Math.floor(now / 60_000);
    if (minute !== this.minute) Object.assign(this, { minute, used: 0 });
    this.used += 1;
    const headers = { 'x-ratelimit-limit': String(RATE_PER_MINUTE), 'x-ratelimit-remaining': String(Math.max(0, RATE_PER_MINUTE - this.used)), 'x-ratelimit-reset': String((minute + 1) * 60) };
    return { headers, left: this.used <= RATE_PER_MINUTE };
  }
}
