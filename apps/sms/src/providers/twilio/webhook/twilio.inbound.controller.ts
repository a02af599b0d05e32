import { type InboundReceived, type SmsRequested, topics } from '#libs/contracts';
import { DeliveryEngine } from '#libs/delivery';
import { BodyAsBytes, LOGGER } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { allPublished, Publisher } from '#libs/transport';
import { Controller, Header, HttpCode, Inject, Post, type RawBodyRequest, Req } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { FastifyRequest } from 'fastify';
import { type Keywords, keywordsFrom } from '../../../reply/keywords.policy.ts';
import type { SmsMessage } from '../../../sms-message.ts';
import type { SmsConfig } from '../../../sms.config.ts';
import { genuine } from '../send/twilio.gate.ts';
import { engagementOf, replyLacks, suppressionOf, toInbound } from './twilio.inbound.policy.ts';
import { sidOf } from './twilio.receipts.policy.ts';
import { type TwilioParams, TwilioSignature } from './twilio.signature.webhook.ts';

/** Nothing to say: Twilio itself answers STOP, START and HELP. */
const EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/** Replies to our numbers: verify, map, publish, 2xx. */
@Controller('webhooks/twilio')
export class TwilioInboundController {
  private readonly engine: DeliveryEngine<SmsRequested, SmsMessage>;
  private readonly signature: TwilioSignature;
  private readonly publisher: Publisher;
  private readonly logger: Logger;
  private readonly hashKey: string;
  private readonly keywords: Keywords;

  constructor(
    @Inject(DeliveryEngine) engine: DeliveryEngine<SmsRequested, SmsMessage>,
    @Inject(TwilioSignature) signature: TwilioSignature,
    @Inject(Publisher) publisher: Publisher,
    @Inject(LOGGER) logger: Logger,
    @Inject(ConfigService) config: ConfigService<SmsConfig, true>,
  ) {
    this.engine = engine;
    this.signature = signature;
    this.publisher = publisher;
    this.logger = logger;
    this.hashKey = config.get('RECIPIENT_HASH_KEY');
    this.keywords = keywordsFrom(config.get<SmsConfig['SMS_KEYWORDS']>('SMS_KEYWORDS'));
  }

  /** 503 when Kafka cannot be reached. */
  @Post('inbound')
  @BodyAsBytes()
  @HttpCode(200)
  @Header('content-type', 'text/xml')
  async receive(@Req() request: RawBodyRequest<FastifyRequest>): Promise<string> {
    const params = genuine(request, this.signature, this.logger);
    const inbound = toInbound(params, {
      hashKey: this.hashKey,
      keywords: this.keywords,
      now: new Date().toISOString(),
    });
    const { otherEvents } = this.engine;
    const event = () => ({
      provider: 'twilio',
      type: 'inbound',
      id: sidOf(params),
      body: request.rawBody ?? Buffer.alloc(0),
    });
    if (inbound) {
      const done = await otherEvents.publishOrKeep({ event, publish: () => this.publish(params, inbound) });
      if (done === 'published') this.log(inbound);
    } else await otherEvents.keep({ ...event(), lacks: replyLacks(params) });
    return EMPTY_TWIML;
  }

  /** A STOP counts also where the reply itself cannot be published. */
  private publish(params: TwilioParams, inbound: InboundReceived): Promise<void> {
    const { receipts, suppressions } = this.engine;
    return allPublished([
      this.publisher.publish({ topic: topics.inboundReceived, key: inbound.sender?.hash ?? null, value: inbound }),
      suppressions.record(suppressionOf(params, inbound)),
      receipts.record(engagementOf(inbound)),
    ]);
  }

  private log(inbound: InboundReceived): void {
    this.logger.info(
      {
        provider: 'twilio',
        kind: inbound.kind,
        keyword: inbound.keyword ?? 'none',
        inferred: inbound.inferred ?? false,
      },
      'a reply was received',
    );
  }
}
