import { Injectable } from '@nestjs/common';
import type { SandboxMessage } from '../inbox/message.ts';
import { ResendWebhookService } from '../../simulators/resend/webhook/webhook.service.ts';
import { EventWebhookService } from '../../simulators/sendgrid/webhook/event-webhook.service.ts';
import { StatusCallbackService } from '../../simulators/twilio/webhook/status-callback.service.ts';
import type { FreeFields } from './free-fields.policy.ts';
import type { WebhookResponse } from './webhook.adapter.ts';

/**
 * Has a message's provider tell of it what somebody says: signed as ever, once, and without consequence for the message
 * here.
 */
@Injectable()
export class CallbackService {
  constructor(
    private readonly eventWebhook: EventWebhookService,
    private readonly resendWebhook: ResendWebhookService,
    private readonly statusCallback: StatusCallbackService,
  ) {}

  /** What the reader answered; undefined where there is no address to post to. */
  tell(message: SandboxMessage, free: FreeFields): Promise<WebhookResponse | undefined> {
    switch (message.provider) {
      case 'sendgrid':
        return this.eventWebhook.tellFreely(message, free);
      case 'resend':
        return this.resendWebhook.tellFreely(message, free);
      case 'twilio':
        return this.statusCallback.tellFreely(message, free);
    }
  }
}
