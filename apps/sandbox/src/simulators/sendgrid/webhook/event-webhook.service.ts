import type { Logger } from '#libs/telemetry';
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { MailMessage } from '../message.ts';
import { SANDBOX_LOG } from '../../../core/config.ts';
import { waitAfter } from '../../../core/webhooks/backoff.policy.ts';
import type { Notice } from '../../../core/webhooks/notice.ts';
import { SettleService } from '../../../core/webhooks/settle.service.ts';
import { TimelineService } from '../../../core/webhooks/timeline.service.ts';
import { type FreeFields, lastEvent, withFields } from '../../../core/webhooks/free-fields.policy.ts';
import { type WebhookResponse, WebhookAdapter } from '../../../core/webhooks/webhook.adapter.ts';
import { bodyOf, eventOf, signatureHeaders } from './event-webhook.policy.ts';
import type { EventWebhook } from './event-webhook.settings.policy.ts';
import { EventWebhookSettings } from './event-webhook.settings.ts';

const MAX_EVENTS = 1000;
/** Like SendGrid's servers, several post in parallel; while all are busy, batches grow. */
const MAX_POSTS = 4;
const TIMEOUT_MS = 10_000;
const GIVE_UP_AFTER_MS = 24 * 3_600_000;
const backoff = { firstMs: 500, capMs: 30_000 };

interface Pending extends Notice<MailMessage> {
  webhookId: string;
  attempt: number;
  since: number;
}

/** Posts the events of mail in batches, and repeats them until they are accepted. */
@Injectable()
export class EventWebhookService {
  private queue: Pending[] = [];
  private posts = 0;
  private scheduled = false;

  constructor(
    @Inject(SANDBOX_LOG) private readonly log: Logger,
    private readonly timeline: TimelineService,
    private readonly settlement: SettleService,
    private readonly webhook: WebhookAdapter,
    private readonly settings: EventWebhookSettings,
  ) {}

  report(notice: Notice<MailMessage>): void {
    const event = notice.message.events[notice.index]?.step.event ?? '';
    const webhooks = this.settings.tellingOf(event);
    if (webhooks.length === 0) return this.settlement.settle([notice], 'none');
    for (const { id } of webhooks) this.enqueue({ ...notice, webhookId: id, attempt: 0, since: Date.now() });
  }

  /** Posts one event with any fields, once, under an id of its own; undefined where there is no webhook. */
  async tellFreely(message: MailMessage, free: FreeFields): Promise<WebhookResponse | undefined> {
    const usual = {
      ...eventOf({ message, index: lastEvent(message.events) }),
      timestamp: Math.floor(Date.now() / 1000),
      sg_event_id: randomUUID(),
    };
    const answers = await Promise.all(
      this.settings.enabled().map((webhook) => this.postTo(webhook, bodyOf([withFields(usual, free)]))),
    );
    return answers[0];
  }

  private postTo(webhook: EventWebhook, body: string): Promise<WebhookResponse> {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'SendGrid Event API',
      ...(webhook.key && signatureHeaders(webhook.key, timestamp, body)),
    };
    return this.webhook.post(webhook.url, headers, body, TIMEOUT_MS);
  }

  private enqueue(pending: Pending): void {
    this.queue.push(pending);
    if (this.scheduled) return;
    this.scheduled = true;
    // Events that are due in the same turn of the event loop share a request.
    setImmediate(() => {
      this.scheduled = false;
      this.drain();
    });
  }

  private drain(): void {
    while (this.queue.length > 0 && this.posts < MAX_POSTS) {
      const batch = this.takeBatch().filter(({ message }) => !message.forgotten);
      if (batch.length > 0) void this.post(batch);
    }
  }

  /** The first waiting events that go to the same webhook. */
  private takeBatch(): Pending[] {
    const other = this.queue.findIndex(({ webhookId }) => webhookId !== this.queue[0]?.webhookId);
    return this.queue.splice(0, Math.min(other < 0 ? MAX_EVENTS : other, MAX_EVENTS));
  }

  private async post(batch: Pending[]): Promise<void> {
    const webhook = this.settings.one(batch[0]?.webhookId ?? '');
    if (!webhook?.enabled) return this.settlement.settle(batch, 'failed');
    this.posts += 1;
    const answer = await this.postTo(webhook, bodyOf(batch.map(eventOf)));
    this.posts -= 1;
    if ('status' in answer && answer.status >= 200 && answer.status < 300)
      this.settlement.settle(batch, 'acknowledged');
    else this.again(batch, 'status' in answer ? answer.status : answer.failure);
    this.drain();
  }

  private again(batch: Pending[], answer: number | string): void {
    this.log.warn({ provider: 'sendgrid', events: batch.length, answer }, 'the event webhook was not taken');
    const now = Date.now();
    for (const pending of batch) {
      if (now - pending.since > GIVE_UP_AFTER_MS) {
        this.settlement.settle([pending], 'failed');
        continue;
      }
      const next = { ...pending, attempt: pending.attempt + 1 };
      this.timeline.at(now + waitAfter(next.attempt, backoff), () => this.enqueue(next));
    }
  }
}
