import { FailureCatalogue, type SmsRequested } from '#libs/contracts';
import { DeliveryEngine } from '#libs/delivery';
import { LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Controller, ForbiddenException, Headers, HttpCode, Inject, Post, type RawBodyRequest, Req } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { FastifyRequest } from 'fastify';
import twilio from 'twilio';
import type { SmsMessage } from '../../sms-message.ts';
import type { SmsConfig } from '../../sms.config.ts';
import { twilioFailures } from './twilio.failures.ts';
import { toReceipt } from './twilio.receipts.policy.ts';

/** Twilio's status callbacks: verify, map, publish, 2xx. */
@Controller('webhooks/twilio')
export class TwilioWebhookController {
  private readonly engine: DeliveryEngine<SmsRequested, SmsMessage>;
  private readonly logger: Logger;
  private readonly authToken: string;
  private readonly publicUrl: string;
  private readonly hashKey: string;
  private readonly failures = new FailureCatalogue('twilio', twilioFailures);

  constructor(
    @Inject(DeliveryEngine) engine: DeliveryEngine<SmsRequested, SmsMessage>,
    @Inject(LOGGER) logger: Logger,
    @Inject(ConfigService) config: ConfigService<SmsConfig, true>,
  ) {
    this.engine = engine;
    this.logger = logger;
    this.authToken = config.get('TWILIO_AUTH_TOKEN');
    this.publicUrl = new URL(config.get<string>('PUBLIC_URL')).href.replace(/\/$/, '');
    this.hashKey = config.get('RECIPIENT_HASH_KEY');
  }

  @Post('status')
  @HttpCode(204)
  async receive(@Req() request: RawBodyRequest<FastifyRequest>, @Headers('x-twilio-signature') signature: string | undefined): Promise<void> {
    // Twilio signs the address it was given, with its query: behind a proxy that is not the one this server sees.
    const url = this.publicUrl + request.originalUrl;
    const params = Object.fromEntries(new URLSearchParams(request.rawBody?.toString('utf8') ?? ''));
    if (!signature || !twilio.validateRequest(this.authToken, signature, url, params)) {
      this.logger.warn({ provider: 'twilio', signed: signature !== undefined }, 'a webhook with a bad signature was refused');
      throw new ForbiddenException({ code: 'MSG_BAD_SIGNATURE', message: 'the signature does not fit', remedy: 'Compare TWILIO_AUTH_TOKEN with the account’s, and PUBLIC_URL with the address Twilio calls.' });
    }
    const query = Object.fromEntries(new URL(url).searchParams);
    const receipt = toReceipt(params, query, this.failures, this.hashKey);
    if (receipt) await this.engine.receipts.record([receipt]);
    else this.logger.info({ provider: 'twilio' }, 'a status callback that says nothing new');
  }
}
