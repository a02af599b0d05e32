import { Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../answer.ts';
import { webhookFault } from '../gate/fault.policy.ts';
import { faultOf } from '../gate/gate.service.ts';
import { give } from '../gate/give.ts';
import { AccountService } from '../account/account.service.ts';
import { SANDBOX_CONFIG, SandboxConfig } from '../sandbox.config.ts';
import { ActivityService } from './activity.service.ts';
import { checkKey } from './auth.policy.ts';
import { MailService } from './mail.service.ts';

@Controller('v3')
export class SendGridController {
  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig,
    private readonly mail: MailService,
    private readonly activity: ActivityService,
    private readonly accounts: AccountService,
  ) {}

  @Post('mail/send')
  async send(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    give(reply, this.refusal(request, 'mail.send') ?? (await this.mail.send(request.body, webhookFault(faultOf(request)))));
  }

  @Get('scopes')
  scopes(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    give(reply, this.refusal(request) ?? { status: 200, body: { scopes: this.accounts.current().sendgrid.scopes } });
  }

  @Get('messages')
  find(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('query') query?: string,
    @Query('limit') limit?: string,
  ): void {
    give(reply, this.refusal(request, 'messages.read') ?? this.activity.find(query ?? '', limit));
  }

  @Get('messages/:id')
  one(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): void {
    give(reply, this.refusal(request, 'messages.read') ?? this.activity.one(id));
  }

  private refusal(request: FastifyRequest, scope?: string): Answer | null {
    return checkKey(request.headers.authorization, this.config.SANDBOX_SENDGRID_API_KEY, this.accounts.current().sendgrid, scope);
  }
}
