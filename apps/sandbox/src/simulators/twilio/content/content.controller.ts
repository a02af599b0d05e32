import { Controller, Delete, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../../core/response.ts';
import { give } from '../../../core/gate/give.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { type Account, isOwner } from '../auth.policy.ts';
import { ContentService } from './content.service.ts';
import { refusal } from '../error.policy.ts';

/** content.twilio.com/v1 */
@Controller('v1/Content')
export class ContentController {
  private readonly account: Account;

  constructor(
    @Inject(SANDBOX_CONFIG) config: SandboxConfig,
    private readonly contents: ContentService,
  ) {
    this.account = { sid: config.SANDBOX_TWILIO_ACCOUNT_SID, token: config.SANDBOX_TWILIO_AUTH_TOKEN };
  }

  @Post()
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    give(reply, this.refused(request) ?? this.contents.create(request.body));
  }

  @Get()
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    give(reply, this.refused(request) ?? this.contents.list());
  }

  @Get(':sid')
  one(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('sid') sid: string): void {
    give(reply, this.refused(request) ?? this.contents.one(sid, request.url));
  }

  @Delete(':sid')
  remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('sid') sid: string): void {
    give(reply, this.refused(request) ?? this.contents.remove(sid, request.url));
  }

  private refused(request: FastifyRequest): Answer | null {
    return isOwner(request.headers.authorization, this.account) ? null : refusal(20003, { status: 401 });
  }
}
