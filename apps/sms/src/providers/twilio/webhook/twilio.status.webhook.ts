import { FailureCatalogue, type WebhookRequest } from '#libs/providers';
import type { WebhookContext, WebhookIntake } from '#libs/delivery';
import type { Logger } from '#libs/telemetry';
import type { SmsServices } from '../../definition.ts';
import type { TwilioConfig } from '../account/twilio.config.ts';
import { twilioFailures } from '../send/twilio.failures.ts';
import { genuine, signatureOf } from './twilio.gate.ts';
import { lacking, sidOf, statusOf, toReceipt } from './twilio.receipts.policy.ts';
import { queryOf, type TwilioSignature } from './twilio.signature.webhook.ts';

/** Twilio's status callbacks: verify, map, publish, respond with 2xx. */
export class TwilioStatusWebhook {
  private readonly intake: WebhookIntake;
  private readonly signature: TwilioSignature;
  private readonly logger: Logger;
  private readonly hashKey: string;
  private readonly failures = new FailureCatalogue('twilio', twilioFailures);

  constructor({ settings, services, intake, logger, hashKey }: WebhookContext<TwilioConfig, SmsServices>) {
    this.intake = intake;
    this.signature = signatureOf(settings, services);
    this.logger = logger;
    this.hashKey = hashKey;
  }

  async receive(request: WebhookRequest): Promise<undefined> {
    const params = genuine(request, this.signature, this.logger);
    const query = queryOf(request.path);
    const receipt = toReceipt(params, query, this.failures, this.hashKey);
    const { otherEvents, receipts } = this.intake;
    const event = () => ({
      provider: 'twilio',
      type: statusOf(params),
      id: sidOf(params),
      body: request.rawBody,
    });
    // A genuine callback is never refused: if it cannot be used, it is kept.
    if (receipt) await otherEvents.publishOrKeep({ event, publish: () => receipts.record([receipt]) });
    else await otherEvents.keep({ ...event(), lacks: lacking(params, query) });
    return undefined;
  }
}
