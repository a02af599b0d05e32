import type { KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InvalidConfiguration } from '#libs/contracts';
import type { MailMessage } from '../messages/message.ts';
import { SANDBOX_CONFIG, SandboxConfig } from '../sandbox.config.ts';
import { SANDBOX_LOG, type SandboxLog } from '../sandbox.log.ts';
import { waitAfter } from '../webhooks/backoff.policy.ts';
import type { Notice } from '../webhooks/notice.ts';
import { SettleService } from '../webhooks/settle.service.ts';
import { TimelineService } from '../webhooks/timeline.service.ts';
import { WebhookAdapter } from '../webhooks/webhook.adapter.ts';
import { bodyOf, eventOf, privateKey, signatureHeaders } from './event-webhook.policy.ts';

const MAX_EVENTS = 1000;
/** Like SendGrid's servers, several post at the same time; while all are busy, batches grow. */
const MAX_POSTS = 4;
const TIMEOUT_MS = 10_000;
const GIVE_UP_AFTER_MS = 24 * 3_600_000;
const backoff = { firstMs: 500, capMs: 30_000 };

interface Pending extends Notice<MailMessage> {
  attempt: number;
  since: number;
}

/** Posts mail events in batches, and again until they are taken. */
@Injectable()
export class EventWebhookService {
  private readonly url: string | undefined;
  private readonly key: KeyObject | undefined;
  private queue: Pending[] = [];
  private posts = 0;
  private scheduled = false;

  constructor(
    @Inject(SANDBOX_CONFIG) config: SandboxConfig,
    @Inject(SANDBOX_LOG) private readonly log: SandboxLog,
    private readonly timeline: TimelineService,
    private readonly settlement: SettleService,
    private readonly webhook: WebhookAdapter,
  ) {
    this.url = config.SANDBOX_SENDGRID_WEBHOOK_URL;
    this.key = readKey(config.SANDBOX_SENDGRID_PRIVATE_KEY);
  }

  tell(notice: Notice<MailMessage>): void {
    if (!this.url) return this.settlement.settle([notice], 'none');
    this.enqueue({ ...notice, attempt: 0, since: Date.now() });
  }

  private enqueue(pending: Pending): void {
    this.queue.push(pending);
    if (this.scheduled) return;
    this.scheduled = true;
    // Whatever is due in the same turn goes into the same post.
    setImmediate(() => {
      this.scheduled = false;
      this.drain();
    });
  }

  private drain(): void {
    while (this.queue.length > 0 && this.posts < MAX_POSTS) {
      const batch = this.queue.splice(0, MAX_EVENTS).filter(({ message }) => !message.forgotten);
      if (batch.length > 0) void this.post(batch);
    }
  }

  private async post(batch: Pending[]): Promise<void> {
    this.posts += 1;
    const body = bodyOf(batch.map(eventOf));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'SendGrid Event API',
      ...(this.key && signatureHeaders(this.key, timestamp, body)),
    };
    const answer = await this.webhook.post(this.url ?? '', headers, body, TIMEOUT_MS);
    this.posts -= 1;
    if ('status' in answer && answer.status >= 200 && answer.status < 300) this.settlement.settle(batch, 'acknowledged');
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

function readKey(pkcs8: string | undefined): KeyObject | undefined {
  if (!pkcs8) return undefined;
  try {
    return privateKey(pkcs8);
  } catch (cause) {
    throw new InvalidConfiguration('SANDBOX_SENDGRID_PRIVATE_KEY must be a P-256 private key: base64 of PKCS8 DER', { cause });
  }
}
