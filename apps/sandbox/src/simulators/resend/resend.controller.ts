import type { AccountSetup } from './setup.policy.ts';
import { Controller, Get, Headers, Param, Patch, Post, Query, type RawBodyRequest, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccountService } from '../../core/account/account.service.ts';
import type { Answer } from '../../core/response.ts';
import { webhookFault } from '../../core/gate/fault.policy.ts';
import { faultOf } from '../../core/gate/gate.service.ts';
import { give } from '../../core/gate/give.ts';
import { MessageStore } from '../../core/inbox/message.store.ts';
import { isEmail, type ResendMessage } from './message.ts';
import { EmailService } from './email/email.service.ts';
import { refusal } from './error.policy.ts';
import { IdempotencyService } from './email/idempotency.service.ts';
import { listOf, pageOf, type PageQuery } from './page.policy.ts';
import { ResendReception } from './email/reception.service.ts';
import { ResendWebhookSettings } from './webhook/webhook.settings.ts';
import { listedEmail, wholeEmail } from './email/retrieve.policy.ts';

type Request = RawBodyRequest<FastifyRequest>;

@Controller()
export class ResendController {
  constructor(
    private readonly reception: ResendReception,
    private readonly emails: EmailService,
    private readonly store: MessageStore,
    private readonly idempotency: IdempotencyService,
    private readonly accounts: AccountService,
    private readonly webhooks: ResendWebhookSettings,
  ) {}

  @Post('emails')
  async send(@Req() request: Request, @Res() reply: FastifyReply): Promise<void> {
    await this.once(request, reply, () => this.emails.send(request.body, webhookFault(faultOf(request))));
  }

  @Post('emails/batch')
  async sendBatch(
    @Req() request: Request,
    @Res() reply: FastifyReply,
    @Headers('x-batch-validation') validation?: string,
  ): Promise<void> {
    await this.once(request, reply, () =>
      this.emails.sendBatch(request.body, validation === 'permissive', webhookFault(faultOf(request))),
    );
  }

  @Get('emails')
  list(@Res() reply: FastifyReply, @Query() query: PageQuery): void {
    this.reception.answer(reply, () => {
      const page = pageOf(query);
      if (!page) return refusal('validation_error', 'The pagination parameters are wrong.', 422);
      return {
        status: 200,
        body: listOf(this.newestFirst(), page, ({ providerMessageId }) => providerMessageId, listedEmail),
      };
    });
  }

  @Get('emails/:id')
  one(@Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(reply, () => {
      const found = this.store.ofProviderId(id).find(isEmail);
      return found ? { status: 200, body: wholeEmail(found) } : refusal('not_found', 'Email not found');
    });
  }

  @Get('domains')
  domains(@Res() reply: FastifyReply): void {
    const data = this.accounts.of<AccountSetup>('resend').domains.map(({ name, status }) => ({
      id: name,
      name,
      status,
      created_at: '2026-01-01 00:00:00.000+00',
      region: 'us-east-1',
      capabilities: { sending: 'enabled', receiving: 'disabled' },
    }));
    const body = { object: 'list', has_more: false, data };
    this.reception.answer(reply, () => ({ status: 200, body }), 'full_access');
  }

  @Get('webhooks')
  listWebhooks(@Res() reply: FastifyReply): void {
    this.reception.answer(reply, () => this.webhooks.list(), 'full_access');
  }

  @Post('webhooks')
  createWebhook(@Res() reply: FastifyReply): void {
    this.reception.answer(reply, ({ body }) => this.webhooks.create(body), 'full_access');
  }

  @Get('webhooks/:id')
  showWebhook(@Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(reply, () => this.webhooks.show(id), 'full_access');
  }

  @Patch('webhooks/:id')
  changeWebhook(@Res() reply: FastifyReply, @Param('id') id: string): void {
    this.reception.answer(reply, ({ body }) => this.webhooks.change(id, body), 'full_access');
  }

  /** One entry for each e-mail, though the sandbox has a message per recipient. */
  private newestFirst(): ResendMessage[] {
    return [...this.store.newestFirst()].filter(isEmail).filter(({ index }) => index === 0);
  }

  /** A request that sends: only once under a key, and no second one in parallel. */
  private async once(request: Request, reply: FastifyReply, work: () => Promise<Answer>): Promise<void> {
    const { headers, refused } = this.reception.admit(request);
    const key = request.headers['idempotency-key'];
    const before =
      refused ??
      (typeof key === 'string'
        ? this.idempotency.begin(key, request.url, request.rawBody ?? Buffer.alloc(0), Date.now())
        : undefined);
    const answer = before ?? (await work());
    // A fault may delay or drop the response: the request is in progress until the caller has it or the connection
    // ends.
    if (!before && typeof key === 'string') reply.raw.once('close', () => this.idempotency.end(key, answer));
    give(reply, { ...answer, headers: { ...headers, ...answer.headers } });
  }
}
