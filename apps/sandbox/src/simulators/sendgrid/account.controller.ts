import type { AccountSetup } from './setup.policy.ts';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
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

  // SendGrid does not document which scope verified senders take; here they go with the domains.
  @Get('verified_senders')
  senders(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reception.answer(request, reply, 'whitelabel.read', () => ({
      status: 200,
      body: sendersOf(this.accounts.of<AccountSetup>('sendgrid')),
    }));
  }

  @Get('whitelabel/domains')
  domains(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('domain') domain?: string): void {
    this.reception.answer(request, reply, 'whitelabel.read', () => ({
      status: 200,
      body: domainsOf(this.accounts.of<AccountSetup>('sendgrid'), domain),
    }));
  }

  @Post(SETTINGS)
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: unknown): void {
    this.reception.answer(request, reply, UPDATE, () => this.webhooks.create(body));
  }

  @Get(`${SETTINGS}/all`)
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reception.answer(request, reply, READ, () => this.webhooks.list());
  }

  @Get(`${SETTINGS}/signed/:id`)
  showKey(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(request, reply, READ, () => this.webhooks.showKey(id));
  }

  @Patch(`${SETTINGS}/signed/:id`)
  sign(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ): void {
    this.reception.answer(request, reply, UPDATE, () => this.webhooks.sign(id, body));
  }

  @Get(`${SETTINGS}/:id`)
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(request, reply, READ, () => this.webhooks.show(id));
  }

  @Patch(`${SETTINGS}/:id`)
  change(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('id') id: string,
    @Body() body: unknown,
  ): void {
    this.reception.answer(request, reply, UPDATE, () => this.webhooks.change(id, body));
  }

  @Delete(`${SETTINGS}/:id`)
  remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(request, reply, UPDATE, () => this.webhooks.remove(id));
  }
}
