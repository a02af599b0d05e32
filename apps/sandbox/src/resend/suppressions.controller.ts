import { Controller, Delete, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccountService } from '../account/account.service.ts';
import type { Answer } from '../answer.ts';
import { give } from '../gate/give.ts';
import { SANDBOX_CONFIG, SandboxConfig } from '../sandbox.config.ts';
import { checkCaller } from './auth.policy.ts';
import { RateService } from './rate.service.ts';
import type { SuppressionQuery } from './suppressions.policy.ts';
import { ResendSuppressions } from './suppressions.service.ts';

/** Resend's suppression list: a key with full access is needed. */
@Controller('suppressions')
export class ResendSuppressionsController {
  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig,
    private readonly accounts: AccountService,
    private readonly rate: RateService,
    private readonly suppressions: ResendSuppressions,
  ) {}

  @Get()
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: SuppressionQuery): void {
    this.answer(request, reply, () => this.suppressions.list(query));
  }

  @Post()
  add(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(request, reply, () => this.suppressions.add(request.body, Date.now()));
  }

  @Post('batch/add')
  addAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(request, reply, () => this.suppressions.addAll(request.body, Date.now()));
  }

  @Post('batch/remove')
  removeAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(request, reply, () => this.suppressions.removeAll(request.body));
  }

  @Get(':suppression')
  one(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('suppression') wanted: string): void {
    this.answer(request, reply, () => this.suppressions.one(wanted));
  }

  @Delete(':suppression')
  remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('suppression') wanted: string): void {
    this.answer(request, reply, () => this.suppressions.remove(wanted));
  }

  private answer(request: FastifyRequest, reply: FastifyReply, work: () => Answer): void {
    const refused = checkCaller(request.headers, this.config.SANDBOX_RESEND_API_KEY, this.accounts.current().resend, 'full_access');
    if (refused) return give(reply, refused);
    const { headers, refusal } = this.rate.take(Date.now());
    const answer = refusal ?? work();
    give(reply, { ...answer, headers: { ...headers, ...answer.headers } });
  }
}
