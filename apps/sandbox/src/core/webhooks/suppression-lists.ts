import { Inject, Injectable } from '@nestjs/common';
import { JournalStore } from '../inbox/journal.store.ts';
import type { SandboxMessage, SuppressedRecipientReason } from '../inbox/message.ts';
import { suppressedPlan } from '../inbox/plan.policy.ts';
import { ResendSuppressions } from '../../simulators/resend/suppressions/suppressions.service.ts';
import { SANDBOX_CONFIG, SandboxConfig } from '../../sandbox.config.ts';
import { SANDBOX_LOG, type SandboxLog } from '../../sandbox.log.ts';
import { SendGridSuppressions } from '../../simulators/sendgrid/suppressions/suppressions.service.ts';

/**
 * The providers' suppression lists: what happens to a message may put its recipient there, and who is there gets no
 * more.
 */
@Injectable()
export class SuppressionLists {
  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig,
    @Inject(SANDBOX_LOG) private readonly log: SandboxLog,
    private readonly journal: JournalStore,
    private readonly sendgrid: SendGridSuppressions,
    private readonly resend: ResendSuppressions,
  ) {}

  onFact(message: SandboxMessage, index: number): void {
    if (message.provider === 'twilio' || message.suppressedRecipients) return;
    if (message.provider === 'sendgrid') this.sendgrid.onFact(message, index);
    else this.resend.onFact(message, index);
  }

  /** Lets a message that is about to leave go no further, where its recipient stands on a list. */
  withhold(message: SandboxMessage): void {
    const reason = this.against(message);
    if (!reason) return;
    Object.assign(message, suppressedPlan(message, reason, this.config.SANDBOX_WEBHOOK_DELAY_MS));
    this.journal
      .append({ suppressedRecipients: message.id, reason })
      .catch(() => this.log.error('the data file cannot be written'));
  }

  forget(): void {
    this.sendgrid.forget();
    this.resend.forget();
  }

  private against(message: SandboxMessage): SuppressedRecipientReason | undefined {
    if (message.provider === 'twilio') return undefined;
    return message.provider === 'sendgrid' ? this.sendgrid.against(message) : this.resend.against(message);
  }
}
