import type { AccountSetup } from './setup.policy.ts';
import { Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../core/response.ts';
import { webhookFault } from '../../core/gate/fault.policy.ts';
import { faultOf } from '../../core/gate/gate.service.ts';
import { give } from '../../core/gate/give.ts';
import { AccountService } from '../../core/account/account.service.ts';
import { SANDBOX_CONFIG } from '../../core/config.ts';
import type { SandboxConfig } from './settings.ts';
import { checkAccount, type Account } from './auth.policy.ts';
import { ConcurrencyService } from './messages/concurrency.service.ts';
import { accountOf } from './messages/resource.policy.ts';
import { TextService } from './messages/text.service.ts';

@Controller('2010-04-01/Accounts')
export class TwilioController {
  private readonly account: Account;
  private readonly since = Date.now();

  constructor(
    @Inject(SANDBOX_CONFIG) config: SandboxConfig,
    private readonly texts: TextService,
    private readonly accounts: AccountService,
    private readonly concurrency: ConcurrencyService,
  ) {
    this.account = { sid: config.SANDBOX_TWILIO_ACCOUNT_SID, token: config.SANDBOX_TWILIO_AUTH_TOKEN };
  }

  @Post(':account/Messages.json')
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { headers, refused } = this.concurrency.enter(reply.raw);
    const answer =
      this.refusal(request) ?? refused ?? (await this.texts.create(request.body, webhookFault(faultOf(request))));
    give(reply, { ...answer, headers: { ...headers, ...answer.headers } });
  }

  @Get(':account/Messages.json')
  list(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() query: Record<string, string | undefined>,
  ): void {
    give(reply, this.refusal(request) ?? this.texts.list(query));
  }

  @Get(':account/Messages/:sid.json')
  one(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('sid') sid: string): void {
    give(reply, this.refusal(request) ?? this.texts.one(sid, request.url));
  }

  @Post(':account/Messages/:sid.json')
  async change(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('sid') sid: string): Promise<void> {
    give(reply, this.refusal(request) ?? (await this.texts.change(sid, request.body, request.url)));
  }

  @Get(':account.json')
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { sid, token } = this.account;
    give(
      reply,
      this.refusal(request) ?? {
        status: 200,
        body: accountOf(sid, token, this.since, this.accounts.of<AccountSetup>('twilio')),
      },
    );
  }

  private refusal(request: FastifyRequest): Answer | null {
    return checkAccount(
      request.headers.authorization,
      this.account,
      request.url,
      this.accounts.of<AccountSetup>('twilio'),
    );
  }
}
