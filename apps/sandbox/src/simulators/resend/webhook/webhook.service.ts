import type { Logger } from '#libs/telemetry';
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ResendMessage } from '../message.ts';
import { SANDBOX_LOG } from '../../../core/config.ts';
import type { Notice } from '../../../core/webhooks/notice.ts';
import { SettleService } from '../../../core/webhooks/settle.service.ts';
import { TimelineService } from '../../../core/webhooks/timeline.service.ts';
import { type FreeFields, lastEvent, withFieldsIn } from '../../../core/webhooks/free-fields.policy.ts';
import { type WebhookResponse, WebhookAdapter } from '../../../core/webhooks/webhook.adapter.ts';
import { eventId, eventOf, repeatAfter, signatureHeaders } from './webhook.policy.ts';
import type { ResendWebhook } from './webhook.settings.ts';
import { ResendWebhookSettings } from './webhook.settings.ts';

const TIMEOUT_MS = 15_000;

/** Posts each event of an e-mail, and repeats it on Resend's schedule until it is accepted. */
@Injectable()
export class ResendWebhookService {
  constructor(
    @Inject(SANDBOX_LOG) private readonly log: Logger,
    private readonly timeline: TimelineService,
    private readonly settlement: SettleService,
    private readonly webhook: WebhookAdapter,
    private readonly settings: ResendWebhookSettings,
  ) {}

  report(notice: Notice<ResendMessage>): void {
    const webhooks = this.settings.tellingOf(`email.${notice.message.events[notice.index]?.step.event}`);
    if (webhooks.length === 0) return this.settlement.settle([notice], 'none');
    for (const { id } of webhooks) void this.post(notice, id, 0);
  }

  /** Posts one event with any fields, once, under an id of its own; undefined where there is no webhook. */
  async tellFreely(message: ResendMessage, free: FreeFields): Promise<WebhookResponse | undefined> {
    const usual = { ...eventOf({ message, index: lastEvent(message.events) }), created_at: new Date().toISOString() };
    const body = JSON.stringify(withFieldsIn('data', usual, free));
    const id = `msg_${randomBytes(20).toString('base64url')}`;
    const answers = await Promise.all(this.settings.enabled().map((webhook) => this.postTo(webhook, id, body)));
    return answers[0];
  }

  private postTo(webhook: ResendWebhook, id: string, body: string): Promise<WebhookResponse> {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Svix-Webhooks/1.62.0 (sandbox)',
      ...signatureHeaders(webhook.secret, id, String(Math.floor(Date.now() / 1000)), body),
    };
    return this.webhook.post(webhook.endpoint, headers, body, TIMEOUT_MS);
  }

  private async post(notice: Notice<ResendMessage>, webhookId: string, failures: number): Promise<void> {
    if (notice.message.forgotten) return;
    const webhook = this.settings.one(webhookId);
    if (webhook?.status !== 'enabled') return this.settlement.settle([notice], 'failed');
    const body = JSON.stringify(eventOf(notice));
    const answer = await this.postTo(webhook, eventId(notice), body);
    if ('status' in answer && answer.status >= 200 && answer.status < 300)
      return this.settlement.settle([notice], 'acknowledged');
    this.log.warn(
      { provider: 'resend', answer: 'status' in answer ? answer.status : answer.failure },
      'a webhook was not taken',
    );
    const wait = repeatAfter(failures + 1);
    if (wait === undefined) return this.settlement.settle([notice], 'failed');
    this.timeline.at(Date.now() + wait, () => void this.post(notice, webhookId, failures + 1));
  }
}
