import type { AccountSetup } from './setup.policy.ts';
import { Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AccountService } from '../../core/account/account.service.ts';
import { EventWebhookSettings } from './webhook/event-webhook.settings.ts';
import { SendGridReception } from './mail/reception.service.ts';
import { domainsOf, sendersOf } from './mail/sender.policy.ts';

const READ = 'user.webhooks.event.settings.read';
const UPDATE = 'user.webhooks.event.settings.update';
const SETTINGS = 'user/webhooks/event/settings';

/** SendGrid's account: senders, domains, event webhooks. */
@Controller('v3')
export class SendGridAccountController {
  constructor(
    private readonly reception: SendGridReception,
    private readonly accounts: AccountService,
    private readonly webhooks: EventWebhookSettings,
  ) {}

  // SendGrid does not document the scope of verified senders; here it is the domains'.
  @Get('verified_senders')
  senders(@Res() reply: FastifyReply): void {
    this.reception.answer(reply, 'whitelabel.read', () => ({
      status: 200,
      body: sendersOf(this.accounts.of<AccountSetup>('sendgrid')),
    }));
  }

  @Get('whitelabel/domains')
  domains(@Res() reply: FastifyReply, @Query('domain') domain?: string): void {
    this.reception.answer(reply, 'whitelabel.read', () => ({
      status: 200,
      body: domainsOf(this.accounts.of<AccountSetup>('sendgrid'), domain),
    }));
  }

  @Post(SETTINGS)
  create(@Res() reply: FastifyReply): void {
    this.reception.answer(reply, UPDATE, ({ body }) => this.webhooks.create(body));
  }

  @Get(`${SETTINGS}/all`)
  list(@Res() reply: FastifyReply): void {
    this.reception.answer(reply, READ, () => this.webhooks.list());
  }

  @Patch(`${SETTINGS}/signed/:id`)
  sign(@Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(reply, UPDATE, ({ body }) => this.webhooks.sign(id, body));
  }

  @Patch(`${SETTINGS}/:id`)
  change(@Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(reply, UPDATE, ({ body }) => this.webhooks.change(id, body));
  }
}
