import { type EmailRequested, FailureCatalogue } from '#libs/contracts';
import { DeliveryEngine } from '#libs/delivery';
import { LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Controller, Headers, HttpCode, Inject, Post, type RawBodyRequest, Req } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { FastifyRequest } from 'fastify';
import type { EmailMessage } from '../../email-message.ts';
import type { EmailConfig } from '../../email.config.ts';
import { noSuchWebhook, signatureRefused, unreadableWebhook } from '../webhook-refusals.ts';
import { resendFailures } from './resend.failures.ts';
import { ResendEvent, toReceipts } from './resend.receipts.policy.ts';
import { isGenuine, secretsOf } from './resend.signature.policy.ts';

/** Resend's webhooks, one event each: verify over the raw body, map, publish, 2xx. */
@Controller('webhooks/resend')
export class ResendWebhookController {
  private readonly engine: DeliveryEngine<EmailRequested, EmailMessage>;
  private readonly logger: Logger;
  private readonly secrets: Buffer[];
  private readonly toleranceMs: number;
  private readonly hashKey: string;
  private readonly failures = new FailureCatalogue('resend', resendFailures);

  constructor(
    @Inject(DeliveryEngine) engine: DeliveryEngine<EmailRequested, EmailMessage>,
    @Inject(LOGGER) logger: Logger,
    @Inject(ConfigService) config: ConfigService<EmailConfig, true>,
  ) {
    this.engine = engine;
    this.logger = logger;
    const secrets: string | undefined = config.get('RESEND_WEBHOOK_SECRET');
    this.secrets = secrets === undefined ? [] : secretsOf(secrets);
    this.toleranceMs = config.get('RESEND_WEBHOOK_TOLERANCE_S') * 1000;
    this.hashKey = config.get('RECIPIENT_HASH_KEY');
  }

  @Post()
  @HttpCode(204)
  async receive(
    @Req() request: RawBodyRequest<FastifyRequest>,
    @Headers('svix-id') id: string | undefined,
    @Headers('svix-timestamp') timestamp: string | undefined,
    @Headers('svix-signature') signature: string | undefined,
  ): Promise<void> {
    if (this.secrets.length === 0) throw noSuchWebhook('RESEND_API_KEY');
    const rawBody = request.rawBody ?? Buffer.alloc(0);
    if (!isGenuine({ id, timestamp, signature, rawBody }, this.secrets, this.toleranceMs, Date.now())) {
      throw signatureRefused(this.logger, { provider: 'resend', rawBody, signature }, 'Compare RESEND_WEBHOOK_SECRET with the signing secret on the webhook’s page, and this machine’s clock with the time.');
    }
    const event = ResendEvent.safeParse(request.body);
    if (!event.success) throw unreadableWebhook();
    const receipts = toReceipts(event.data, this.failures, this.hashKey);
    if (receipts.length > 0) await this.engine.receipts.record(receipts);
    else await this.engine.otherEvents.keep({ provider: 'resend', type: event.data.type, id: id!, body: rawBody });
  }
}
