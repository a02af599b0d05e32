import type { KeyObject } from 'node:crypto';
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
import { sorted } from './sendgrid.batch.policy.ts';
import { eventsOf, type SendgridEvent } from './sendgrid.events.policy.ts';
import { sendgridFailures } from './sendgrid.failures.ts';
import { isGenuine, publicKeysOf } from './sendgrid.signature.policy.ts';

/** SendGrid's event webhook: verify over the raw body, map, publish, 2xx. */
@Controller('webhooks/sendgrid')
export class SendgridWebhookController {
  private readonly engine: DeliveryEngine<EmailRequested, EmailMessage>;
  private readonly logger: Logger;
  private readonly keys: KeyObject[];
  private readonly toleranceMs: number;
  private readonly hashKey: string;
  private readonly failures = new FailureCatalogue('sendgrid', sendgridFailures);

  constructor(
    @Inject(DeliveryEngine) engine: DeliveryEngine<EmailRequested, EmailMessage>,
    @Inject(LOGGER) logger: Logger,
    @Inject(ConfigService) config: ConfigService<EmailConfig, true>,
  ) {
    this.engine = engine;
    this.logger = logger;
    const keys: string | undefined = config.get('SENDGRID_WEBHOOK_PUBLIC_KEY');
    this.keys = keys === undefined ? [] : publicKeysOf(keys);
    this.toleranceMs = config.get('SENDGRID_WEBHOOK_TOLERANCE_S') * 1000;
    this.hashKey = config.get('RECIPIENT_HASH_KEY');
  }

  @Post()
  @HttpCode(204)
  async receive(
    @Req() request: RawBodyRequest<FastifyRequest>,
    @Headers('x-twilio-email-event-webhook-signature') signature: string | undefined,
    @Headers('x-twilio-email-event-webhook-timestamp') timestamp: string | undefined,
  ): Promise<void> {
    if (this.keys.length === 0) throw noSuchWebhook('SENDGRID_API_KEY');
    const rawBody = request.rawBody ?? Buffer.alloc(0);
    if (!isGenuine({ signature, timestamp, rawBody }, this.keys, this.toleranceMs, Date.now())) {
      throw signatureRefused(this.logger, { provider: 'sendgrid', rawBody, signature }, 'Compare SENDGRID_WEBHOOK_PUBLIC_KEY with the key on the event webhook’s settings page.');
    }
    const events = eventsOf(request.body);
    if (!events) throw unreadableWebhook();
    const { receipts, suppressions, others } = sorted(events, this.failures, this.hashKey, Date.now());
    await Promise.all([this.engine.receipts.record(receipts), this.engine.suppressions.record(suppressions), ...others.map((event) => this.keep(event))]);
  }

  private async keep(event: SendgridEvent): Promise<void> {
    await this.engine.otherEvents.keep({ provider: 'sendgrid', type: event.event, id: event.sg_event_id ?? '', body: Buffer.from(JSON.stringify(event)) });
    if (event.event === 'account_status_change') this.logger.error({ provider: 'sendgrid' }, 'SendGrid has changed the status of the account: look at its console');
  }
}
