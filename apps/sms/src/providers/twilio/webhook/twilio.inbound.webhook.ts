import { type InboundReceived, topics } from '#libs/contracts';
import type { WebhookContext, WebhookIntake } from '#libs/delivery';
import type { Logger } from '#libs/telemetry';
import { allPublished } from '#libs/transport';
import type { WebhookRequest } from '#libs/providers';
import type { SmsServices } from '../../definition.ts';
import type { TwilioConfig } from '../account/twilio.config.ts';
import { genuine, signatureOf } from './twilio.gate.ts';
import { engagementOf, replyLacks, suppressionOf, toInbound } from './twilio.inbound.policy.ts';
import { sidOf } from './twilio.receipts.policy.ts';
import type { TwilioParams, TwilioSignature } from './twilio.signature.webhook.ts';

/** An empty response: Twilio itself answers STOP, START and HELP. */
const EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/** Replies to our numbers: verify, map, publish, respond with 2xx. */
export class TwilioInboundWebhook {
  private readonly intake: WebhookIntake;
  private readonly services: SmsServices;
  private readonly signature: TwilioSignature;
  private readonly logger: Logger;
  private readonly hashKey: string;

  constructor({ settings, services, intake, logger, hashKey }: WebhookContext<TwilioConfig, SmsServices>) {
    this.intake = intake;
    this.services = services;
    this.signature = signatureOf(settings, services);
    this.logger = logger;
    this.hashKey = hashKey;
  }

  /** @throws InfrastructureDown when Kafka cannot be reached */
  async receive(request: WebhookRequest): Promise<string> {
    const params = genuine(request, this.signature, this.logger);
    const inbound = toInbound(params, {
      hashKey: this.hashKey,
      keywords: this.services.keywords,
      now: new Date().toISOString(),
    });
    const { otherEvents } = this.intake;
    const event = () => ({
      provider: 'twilio',
      type: 'inbound',
      id: sidOf(params),
      body: request.rawBody,
    });
    if (inbound) {
      const done = await otherEvents.publishOrKeep({ event, publish: () => this.publish(params, inbound) });
      if (done === 'published') this.log(inbound);
    } else await otherEvents.keep({ ...event(), lacks: replyLacks(params) });
    return EMPTY_TWIML;
  }

  /** A STOP takes effect even where the reply itself cannot be published. */
  private publish(params: TwilioParams, inbound: InboundReceived): Promise<void> {
    const { receipts, suppressions } = this.intake;
    return allPublished([
      this.services.publisher.publish({
        topic: topics.inboundReceived,
        key: inbound.sender?.hash ?? null,
        value: inbound,
      }),
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
