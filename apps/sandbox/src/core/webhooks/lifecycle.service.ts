import { Injectable } from '@nestjs/common';
import type { SandboxMessage } from '../inbox/message.ts';
import { Simulators } from '../simulators.service.ts';
import { SettleService } from './settle.service.ts';
import { SuppressionLists } from './suppression-lists.ts';
import { webhookPosts } from './delivery-times.policy.ts';
import { TimelineService } from './timeline.service.ts';

/** Lets the events of a message happen one after another. */
@Injectable()
export class LifecycleService {
  constructor(
    private readonly timeline: TimelineService,
    private readonly settlement: SettleService,
    private readonly simulators: Simulators,
    private readonly lists: SuppressionLists,
  ) {}

  begin(message: SandboxMessage): void {
    if (message.startsAt <= Date.now()) this.depart(message);
    else this.timeline.at(message.startsAt, () => this.depart(message));
  }

  stop(): void {
    this.timeline.stop();
  }

  /**
   * Suppression lists are checked when a message is sent, not when it is accepted. After a restart it may have been
   * sent before.
   */
  private depart(message: SandboxMessage): void {
    const left = message.events.some(({ webhook }) => webhook !== 'planned');
    if (!left && !message.forgotten) this.lists.withhold(message);
    this.await(message, 0);
  }

  private await(message: SandboxMessage, index: number): void {
    const event = message.events[index];
    if (event) this.timeline.at(event.at, () => this.happen(message, index));
  }

  private happen(message: SandboxMessage, index: number): void {
    const event = message.events[index];
    if (!event || message.forgotten) return;
    Object.assign(message, this.simulators.of(message).changesBy(message, index));
    this.lists.onFact(message, index);
    // After a restart some events were reported already.
    if (event.webhook === 'planned') {
      event.webhook = 'pending';
      this.post(message, index);
    }
    this.await(message, index + 1);
  }

  private post(message: SandboxMessage, index: number): void {
    const times = message.events.map(({ at }) => at);
    const planned = webhookPosts(times, index, message.webhookFault);
    if (planned.length === 0) return this.settlement.settle([{ message, index }], 'failed');
    for (const { wait, ...variant } of planned) {
      if (wait === 0) this.notify(message, index, variant);
      else this.timeline.at(Date.now() + wait, () => this.notify(message, index, variant));
    }
  }

  private notify(message: SandboxMessage, index: number, variant: { copy?: number }): void {
    if (message.forgotten) return;
    this.simulators.webhooksOf(message).report({ message, index, ...variant });
  }
}
