import { Injectable } from '@nestjs/common';
import type { SandboxMessage } from '../messages/message.ts';
import { ResendSuppressions } from '../resend/suppressions.service.ts';
import { SendGridSuppressions } from '../sendgrid/suppressions.service.ts';

/** The providers' suppression lists: what happens to a message may put its recipient there. */
@Injectable()
export class SuppressionLists {
  constructor(
    private readonly sendgrid: SendGridSuppressions,
    private readonly resend: ResendSuppressions,
  ) {}

  learn(message: SandboxMessage, index: number): void {
    if (message.provider === 'sendgrid') this.sendgrid.learn(message, index);
    else if (message.provider === 'resend') this.resend.learn(message, index);
  }
}
