import type { Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { JournalStore } from '../inbox/journal.store.ts';
import { Simulators } from '../simulators.service.ts';
import type { SandboxMessage } from '../inbox/message.ts';
import { suppressedPlan } from '../inbox/plan.policy.ts';
import { type CoreConfig, SANDBOX_CONFIG, SANDBOX_LOG } from '../config.ts';

/**
 * The providers' suppression lists: events of a message may add its recipient, and later messages to that recipient are
 * not sent.
 */
@Injectable()
export class SuppressionLists {
  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: CoreConfig,
    @Inject(SANDBOX_LOG) private readonly log: Logger,
    private readonly journal: JournalStore,
    private readonly simulators: Simulators,
  ) {}

  onFact(message: SandboxMessage, index: number): void {
    if (!message.suppressionReason) this.simulators.listsOf(message)?.onFact(message, index);
  }

  /** Stops a message that is about to be sent, where its recipient is on a list. */
  withhold(message: SandboxMessage): void {
    const reason = this.simulators.listsOf(message)?.against(message);
    if (!reason) return;
    Object.assign(
      message,
      suppressedPlan(message, reason, this.config.SANDBOX_WEBHOOK_DELAY_MS, this.simulators.of(message)),
    );
    this.journal
      .append({ suppressedMessageId: message.id, reason })
      .catch(() => this.log.error('the data file cannot be written'));
  }
}
