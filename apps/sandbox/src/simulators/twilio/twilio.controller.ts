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
  list(@Res() reply: FastifyReply, @Query() query: Record<string, string | undefined>): void {
    give(reply, this.refusal(reply.request) ?? this.texts.list(query));
  }

  @Get(':account/Messages/:sid.json')
  one(@Res() reply: FastifyReply, @Param('sid') sid: string): void {
    give(reply, this.refusal(reply.request) ?? this.texts.one(sid, reply.request.url));
  }

  @Get(':account.json')
  show(@Res() reply: FastifyReply): void {
    const { sid, token } = this.account;
    const body = accountOf(sid, token, this.since, this.accounts.of<AccountSetup>('twilio'));
    give(reply, this.refusal(reply.request) ?? { status: 200, body });
  }

  private refusal({ headers, url }: FastifyRequest): Answer | null {
    return checkAccount(headers.authorization, this.account, url, this.accounts.of<AccountSetup>('twilio'));
  }
}
