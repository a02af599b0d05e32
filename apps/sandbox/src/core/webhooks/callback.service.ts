import { Injectable } from '@nestjs/common';
import type { SandboxMessage } from '../inbox/message.ts';
import { Simulators } from '../simulators.service.ts';
import type { FreeFields } from './free-fields.policy.ts';
import type { WebhookResponse } from './webhook.adapter.ts';

/**
 * Has a message's provider tell of it what somebody says: signed as ever, once, and without consequence for the message
 * here.
 */
@Injectable()
export class CallbackService {
  constructor(private readonly simulators: Simulators) {}

  /** What the reader answered; undefined where there is no address to post to. */
  tell(message: SandboxMessage, free: FreeFields): Promise<WebhookResponse | undefined> {
    return this.simulators.webhooksOf(message).tellFreely(message, free);
  }
}
