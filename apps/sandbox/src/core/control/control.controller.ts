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
import { Simulators } from '../simulators.service.ts';
import { checkAccount, checkFaults, checkListing, checkReply } from './control.policy.ts';
import { viewOf } from './message-view.policy.ts';

/** The control API, for tests and the page. */
@Controller('_sandbox')
export class ControlController {
  constructor(
    private readonly store: MessageStore,
    private readonly inbox: InboxService,
    private readonly images: InlineImageStore,
    private readonly faults: FaultService,
    private readonly accounts: AccountService,
    private readonly simulators: Simulators,
  ) {}

  @Get('messages')
  messages(@Query() query: unknown, @Res() reply: FastifyReply): void {
    const checked = checkListing(query, this.simulators.all);
    if (!checked.ok) {
      give(reply, checked.refusal);
      return;
    }
    const { reference, provider, limit, offset } = checked.value;
    const shown: SandboxMessage[] = [];
    let total = 0;
    for (const message of reference === undefined ? this.store.newestFirst() : this.store.ofReference(reference)) {
      if (provider !== undefined && message.provider !== provider) continue;
      total += 1;
      if (total > offset && shown.length < limit) shown.push(message);
    }
    give(reply, {
      status: 200,
      body: { total, messages: shown.map((message) => viewOf(message, this.simulators.of(message))) },
    });
  }

  /** The HTML of a mail with its own images inserted. As JSON, so that it can never run in this origin. */
  @Get('messages/html')
  html(@Query('id') id: string, @Res() reply: FastifyReply): void {
    const message = this.store.get(id);
    const html = message && this.simulators.of(message).htmlOf?.(message);
    if (message && html)
      give(reply, { status: 200, body: { html: withImages(html, this.images.of(message.providerMessageId)) } });
    else give(reply, { status: 404, body: { errors: [{ field: 'id', message: 'there is no such mail with HTML' }] } });
  }

  @Delete('messages')
  async clear(@Res() reply: FastifyReply): Promise<void> {
    await this.inbox.clear();
    this.simulators.forget();
    give(reply, { status: 204 });
  }

  /** A person replies: posts the signed webhook. */
  @Post('inbound')
  async reply(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const replies = this.simulators.replies();
    if (!replies)
      return give(reply, { status: 404, body: { errors: [{ field: null, message: 'nobody can answer' }] } });
    const checked = checkReply(body, replies.form);
    give(reply, checked.ok ? await replies.sender.receive(checked.value as never) : checked.refusal);
  }

  @Get('faults')
  currentFaults(@Res() reply: FastifyReply): void {
    give(reply, { status: 200, body: this.faults.current() });
  }

  @Put('faults')
  changeFaults(@Body() body: unknown, @Res() reply: FastifyReply): void {
    const checked = checkFaults(body, this.simulators.all);
    if (checked.ok) this.faults.change(checked.value);
    give(reply, checked.ok ? { status: 200, body: this.faults.current() } : checked.refusal);
  }

  @Delete('faults')
  endFaults(@Res() reply: FastifyReply): void {
    this.faults.end();
    give(reply, { status: 204 });
  }

  @Get('account')
  account(@Res() reply: FastifyReply): void {
    give(reply, { status: 200, body: this.accounts.current() });
  }

  @Put('account')
  changeAccount(@Body() body: unknown, @Res() reply: FastifyReply): void {
    const checked = checkAccount(body, this.simulators.all);
    if (checked.ok) this.accounts.change(checked.value);
    give(reply, checked.ok ? { status: 200, body: this.accounts.current() } : checked.refusal);
  }

  @Delete('account')
  resetAccount(@Res() reply: FastifyReply): void {
    this.accounts.reset();
    give(reply, { status: 204 });
  }
}
