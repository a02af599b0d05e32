import type { AccountSetup } from './setup.policy.ts';
import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { webhookFault } from '../../core/gate/fault.policy.ts';
import { faultOf } from '../../core/gate/gate.service.ts';
import { give } from '../../core/gate/give.ts';
import { AccountService } from '../../core/account/account.service.ts';
import { ActivityService } from './activity/activity.service.ts';
import { MailService } from './mail/mail.service.ts';
import { SendGridReception } from './mail/reception.service.ts';

@Controller('v3')
export class SendGridController {
  constructor(
    private readonly reception: SendGridReception,
    private readonly mail: MailService,
    private readonly activity: ActivityService,
    private readonly accounts: AccountService,
  ) {}

  @Post('mail/send')
  async send(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const refused = this.reception.refusal(request, 'mail.send');
    give(reply, refused ?? (await this.mail.send(request.body, webhookFault(faultOf(request)))));
  }

  @Get('scopes')
  scopes(@Res() reply: FastifyReply): void {
    const { scopes } = this.accounts.of<AccountSetup>('sendgrid');
    this.reception.answer(reply, null, () => ({ status: 200, body: { scopes } }));
  }

  @Get('messages')
  find(@Res() reply: FastifyReply, @Query('query') query?: string, @Query('limit') limit?: string): void {
    this.reception.answer(reply, 'messages.read', () => this.activity.find(query ?? '', limit));
  }
}
