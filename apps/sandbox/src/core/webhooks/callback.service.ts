import { Injectable } from '@nestjs/common';
import type { SandboxMessage } from '../inbox/message.ts';
import { Simulators } from '../simulators.service.ts';
import type { FreeFields } from './free-fields.policy.ts';
import type { WebhookResponse } from './webhook.adapter.ts';

/**
 * Sends a provider's event about a message on request: signed as usual, once, and without changing the message here.
 */
@Injectable()
export class CallbackService {
  constructor(private readonly simulators: Simulators) {}

  /** The webhook's response; undefined where there is no URL to post to. */
  report(message: SandboxMessage, free: FreeFields): Promise<WebhookResponse | undefined> {
    return this.simulators.webhooksOf(message).tellFreely(message, free);
  }
}
