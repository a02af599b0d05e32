import { FailureCatalogue } from '#libs/providers';
import type { SmsRequested } from '#libs/contracts';
import { DeliveryEngine } from '#libs/delivery';
import { BodyAsBytes, LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { Controller, HttpCode, Inject, Post, type RawBodyRequest, Req } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { FastifyRequest } from 'fastify';
import type { SmsMessage } from '../../../sms-message.ts';
import type { SmsConfig } from '../../../sms.config.ts';
import { twilioFailures } from '../send/twilio.failures.ts';
import { genuine } from '../send/twilio.gate.ts';
import { lacking, sidOf, statusOf, toReceipt } from './twilio.receipts.policy.ts';
import { queryOf, TwilioSignature } from './twilio.signature.webhook.ts';

/** Twilio's status callbacks: verify, map, publish, 2xx. */
@Controller('webhooks/twilio')
export class TwilioWebhookController {
  private readonly engine: DeliveryEngine<SmsRequested, SmsMessage>;
  private readonly signature: TwilioSignature;
  private readonly logger: Logger;
  private readonly hashKey: string;
  private readonly failures = new FailureCatalogue('twilio', twilioFailures);

  constructor(
    @Inject(DeliveryEngine) engine: DeliveryEngine<SmsRequested, SmsMessage>,
    @Inject(TwilioSignature) signature: TwilioSignature,
    @Inject(LOGGER) logger: Logger,
    @Inject(ConfigService) config: ConfigService<SmsConfig, true>,
  ) {
    this.engine = engine;
    this.signature = signature;
    this.logger = logger;
    this.hashKey = config.get('RECIPIENT_HASH_KEY');
  }

  @Post('status')
  @BodyAsBytes()
  @HttpCode(204)
  async receive(@Req() request: RawBodyRequest<FastifyRequest>): Promise<void> {
    const params = genuine(request, this.signature, this.logger);
    const query = queryOf(request.originalUrl);
    const receipt = toReceipt(params, query, this.failures, this.hashKey);
    const { otherEvents, receipts } = this.engine;
    const event = () => ({
      provider: 'twilio',
      type: statusOf(params),
      id: sidOf(params),
      body: request.rawBody ?? Buffer.alloc(0),
    });
    // What is genuine is never refused: what cannot be used is kept.
    if (receipt) await otherEvents.publishOrKeep({ event, publish: () => receipts.record([receipt]) });
    else await otherEvents.keep({ ...event(), lacks: lacking(params, query) });
  }
}
