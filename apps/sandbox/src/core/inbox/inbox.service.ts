import type { Logger } from '#libs/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type CoreConfig, SANDBOX_CONFIG, SANDBOX_LOG } from '../config.ts';
import { LifecycleService } from '../webhooks/lifecycle.service.ts';
import type { InlineImage } from './inline-image.policy.ts';
import { InlineImageStore } from './inline-image.store.ts';
import { JournalStore, type JournalRecord } from './journal.store.ts';
import { MessageStore } from './message.store.ts';
import { Simulators } from '../simulators.service.ts';
import type { SandboxMessage, StoredMessage } from './message.ts';
import { withEvents, suppressedPlan } from './plan.policy.ts';

/** Accepted messages: first stored, then acknowledged, then followed by their webhooks. */
@Injectable()
export class InboxService implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: CoreConfig,
    @Inject(SANDBOX_LOG) private readonly log: Logger,
    private readonly store: MessageStore,
    private readonly images: InlineImageStore,
    private readonly journal: JournalStore,
    private readonly lifecycle: LifecycleService,
    private readonly simulators: Simulators,
  ) {}

  /** Accepts the messages of one request, all or none, with their embedded images. */
  async accept(accepted: readonly StoredMessage[], images: readonly InlineImage[] = []): Promise<void> {
    const messages = accepted.map((message) => this.planned(message));
    const records: JournalRecord[] = [
      ...images.map((image) => ({ image })),
      ...accepted.map((message) => ({ accepted: message })),
    ];
    await Promise.all(records.map((record) => this.journal.append(record)));
    for (const image of images) this.images.add(image);
    for (const message of messages) {
      this.store.add(message);
      this.lifecycle.begin(message);
    }
  }

  async clear(): Promise<void> {
    this.store.clear();
    this.images.clear();
    await this.journal.append({ cleared: true });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.journal.open();
    let read = 0;
    for await (const record of this.journal.replay()) {
      read += 1;
      this.apply(record);
    }
    if (read > this.store.size * 4) await this.journal.rewrite(this.kept());
    for (const message of [...this.store.newestFirst()].reverse()) this.lifecycle.begin(message);
    if (read > 0) this.log.info({ messages: this.store.size }, 'messages of the last run are back');
  }

  async onApplicationShutdown(): Promise<void> {
    this.lifecycle.stop();
    await this.journal.close();
  }

  private apply(record: JournalRecord): void {
    if ('accepted' in record) this.store.add(this.planned(record.accepted));
    else if ('image' in record) this.images.add(record.image);
    else if ('cleared' in record) {
      this.store.clear();
      this.images.clear();
    } else if ('suppressedMessageId' in record) {
      const message = this.store.get(record.suppressedMessageId);
      if (message)
        Object.assign(
          message,
          suppressedPlan(message, record.reason, this.config.SANDBOX_WEBHOOK_DELAY_MS, this.simulators.of(message)),
        );
    } else if ('settled' in record) {
      for (const [id, index] of record.settled) {
        const event = this.store.get(id)?.events[index];
        if (event) event.webhook = record.as;
      }
    }
  }

  private planned(message: StoredMessage): SandboxMessage {
    return withEvents(message, this.config.SANDBOX_WEBHOOK_DELAY_MS, this.simulators.of(message));
  }

  private *kept(): Generator<JournalRecord> {
    for (const image of this.images.oldestFirst()) yield { image };
    for (const message of [...this.store.newestFirst()].reverse()) {
      yield { accepted: stored(message) };
      for (const [index, event] of message.events.entries()) {
        if (event.webhook !== 'planned') yield { settled: [[message.id, index]], as: event.webhook };
      }
    }
  }
}

function stored(message: SandboxMessage): StoredMessage {
  const { events: _events, ...rest } = message;
  return rest;
}
