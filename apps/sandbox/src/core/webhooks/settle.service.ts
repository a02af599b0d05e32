import type { Logger } from '#libs/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { JournalStore } from '../inbox/journal.store.ts';
import type { WebhookState } from '../inbox/message.ts';
import { SANDBOX_LOG } from '../config.ts';
import type { Notice } from './notice.ts';

/** Records that an event needs no webhook any more. */
@Injectable()
export class SettleService {
  constructor(
    @Inject(SANDBOX_LOG) private readonly log: Logger,
    private readonly journal: JournalStore,
  ) {}

  settle(notices: readonly Notice[], as: Exclude<WebhookState, 'planned' | 'pending'>): void {
    const settled: [string, number][] = [];
    for (const { message, index } of notices) {
      const event = message.events[index];
      // A late duplicate must not overwrite the success of another copy.
      if (!event || message.forgotten || event.webhook === 'acknowledged') continue;
      event.webhook = as;
      settled.push([message.id, index]);
    }
    if (settled.length === 0) return;
    this.journal.append({ settled, as }).catch(() => this.log.error('the data file cannot be written'));
  }
}
