import { Inject, Injectable } from '@nestjs/common';
import type { ResendMessage } from '../messages/message.ts';
import { SANDBOX_CONFIG, SandboxConfig } from '../sandbox.config.ts';
import { SANDBOX_LOG, type SandboxLog } from '../sandbox.log.ts';
import type { Notice } from '../webhooks/notice.ts';
import { SettleService } from '../webhooks/settle.service.ts';
import { TimelineService } from '../webhooks/timeline.service.ts';
import { WebhookAdapter } from '../webhooks/webhook.adapter.ts';
import { eventId, eventOf, repeatAfter, signatureHeaders } from './webhook.policy.ts';

const TIMEOUT_MS = 15_000;

/** Posts each event of an e-mail, and again by Resend's plan until it is taken. */
@Injectable()
export class ResendWebhookService {
  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig,
    @Inject(SANDBOX_LOG) private readonly log: SandboxLog,
    private readonly timeline: TimelineService,
    private readonly settlement: SettleService,
    private readonly webhook: WebhookAdapter,
  ) {}

  tell(notice: Notice<ResendMessage>): void {
    if (!this.config.SANDBOX_RESEND_WEBHOOK_URL) return this.settlement.settle([notice], 'none');
    void this.post(notice, 0);
  }

  private async post(notice: Notice<ResendMessage>, failures: number): Promise<void> {
    if (notice.message.forgotten) return;
    const body = JSON.stringify(eventOf(notice));
    const id = eventId(notice);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Svix-Webhooks/1.62.0 (sandbox)',
      ...signatureHeaders(this.config.SANDBOX_RESEND_WEBHOOK_SECRET, id, String(Math.floor(Date.now() / 1000)), body),
    };
    const answer = await this.webhook.post(this.config.SANDBOX_RESEND_WEBHOOK_URL ?? '', headers, body, TIMEOUT_MS);
    if ('status' in answer && answer.status >= 200 && answer.status < 300) return this.settlement.settle([notice], 'acknowledged');
    this.log.warn({ provider: 'resend', answer: 'status' in answer ? answer.status : answer.failure }, 'a webhook was not taken');
    const wait = repeatAfter(failures + 1);
    if (wait === undefined) return this.settlement.settle([notice], 'failed');
    this.timeline.at(Date.now() + wait, () => void this.post(notice, failures + 1));
  }
}
