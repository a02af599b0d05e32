import { Body, Controller, Delete, Get, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AccountService } from '../account/account.service.ts';
import { FaultService } from '../gate/fault.service.ts';
import { give } from '../gate/give.ts';
import { InboxService } from '../inbox/inbox.service.ts';
import { withImages } from '../inbox/inline-image.policy.ts';
import { InlineImageStore } from '../inbox/inline-image.store.ts';
import { MessageStore } from '../inbox/message.store.ts';
import type { SandboxMessage } from '../inbox/message.ts';
import { InboundService } from '../../simulators/twilio/webhook/inbound.service.ts';
import { PeopleService } from '../../simulators/twilio/messages/people.service.ts';
import { SuppressionLists } from '../webhooks/suppression-lists.ts';
import { checkAccount, checkFaults, checkListing, checkReply } from './control.policy.ts';
import { viewOf } from './message-view.policy.ts';

/** What tests and the page look at and switch. */
@Controller('_sandbox')
export class ControlController {
  constructor(
    private readonly store: MessageStore,
    private readonly inbox: InboxService,
    private readonly images: InlineImageStore,
    private readonly faults: FaultService,
    private readonly accounts: AccountService,
    private readonly inbound: InboundService,
    private readonly people: PeopleService,
    private readonly lists: SuppressionLists,
  ) {}

  @Get('messages')
  messages(@Query() query: unknown, @Res() reply: FastifyReply): void {
    const checked = checkListing(query);
    if (!checked.ok) {
      give(reply, checked.refusal);
      return;
    }
    const { reference, provider, limit } = checked.value;
    const shown: SandboxMessage[] = [];
    let total = 0;
    for (const message of reference === undefined ? this.store.newestFirst() : this.store.ofReference(reference)) {
      if (provider !== undefined && message.provider !== provider) continue;
      total += 1;
      if (shown.length < limit) shown.push(message);
    }
    give(reply, { status: 200, body: { total, messages: shown.map(viewOf) } });
  }

  /**
   * A mail's HTML as its reader sees it: with the pictures that came with it. As JSON, so that it can never run on this
   * origin.
   */
  @Get('messages/html')
  html(@Query('id') id: string, @Res() reply: FastifyReply): void {
    const message = this.store.get(id);
    const html = message?.provider === 'twilio' ? undefined : message?.html;
    if (message && html)
      give(reply, { status: 200, body: { html: withImages(html, this.images.of(message.providerMessageId)) } });
    else give(reply, { status: 404, body: { errors: [{ field: 'id', message: 'there is no such mail with HTML' }] } });
  }

  @Delete('messages')
  async clear(@Res() reply: FastifyReply): Promise<void> {
    await this.inbox.clear();
    this.people.forget();
    this.lists.forget();
    give(reply, { status: 204 });
  }

  /** A person answers: posts the signed webhook. */
  @Post('inbound')
  async reply(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const checked = checkReply(body);
    give(reply, checked.ok ? await this.inbound.receive(checked.value) : checked.refusal);
  }

  @Get('faults')
  currentFaults(@Res() reply: FastifyReply): void {
    give(reply, { status: 200, body: this.faults.current() });
  }

  @Put('faults')
  changeFaults(@Body() body: unknown, @Res() reply: FastifyReply): void {
    const checked = checkFaults(body);
    if (checked.ok) this.faults.change(checked.value);
    give(reply, checked.ok ? { status: 200, body: this.faults.current() } : checked.refusal);
  }

  @Delete('faults')
  endFaults(@Res() reply: FastifyReply): void {
    this.faults.change({ sendgrid: null, resend: null, twilio: null });
    give(reply, { status: 204 });
  }

  @Get('account')
  account(@Res() reply: FastifyReply): void {
    give(reply, { status: 200, body: this.accounts.current() });
  }

  @Put('account')
  changeAccount(@Body() body: unknown, @Res() reply: FastifyReply): void {
    const checked = checkAccount(body);
    if (checked.ok) this.accounts.change(checked.value);
    give(reply, checked.ok ? { status: 200, body: this.accounts.current() } : checked.refusal);
  }

  @Delete('account')
  resetAccount(@Res() reply: FastifyReply): void {
    this.accounts.reset();
    give(reply, { status: 204 });
  }
}
