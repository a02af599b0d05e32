import type { Logger } from '#libs/telemetry';
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { TextMessage } from '../message.ts';
import type { SandboxConfig } from '../settings.ts';
import { SANDBOX_CONFIG, SANDBOX_LOG } from '../../../core/config.ts';
import { waitAfter } from '../../../core/webhooks/backoff.policy.ts';
import type { Notice } from '../../../core/webhooks/notice.ts';
import { SettleService } from '../../../core/webhooks/settle.service.ts';
import { TimelineService } from '../../../core/webhooks/timeline.service.ts';
import { type FreeFields, lastEvent, withFields } from '../../../core/webhooks/free-fields.policy.ts';
import { type WebhookResponse, WebhookAdapter } from '../../../core/webhooks/webhook.adapter.ts';
import { callbackForm, connectionOf, signatureOf, worthRepeating } from './status-callback.policy.ts';

const backoff = { firstMs: 500, capMs: 8_000 };

/** Posts one status callback per event, with few repeats: a callback that is not accepted is lost, as with Twilio. */
@Injectable()
export class StatusCallbackService {
  private readonly accountSid: string;
  private readonly token: string;

  constructor(
    @Inject(SANDBOX_CONFIG) config: SandboxConfig,
    @Inject(SANDBOX_LOG) private readonly log: Logger,
    private readonly timeline: TimelineService,
    private readonly settlement: SettleService,
    private readonly webhook: WebhookAdapter,
  ) {
    this.accountSid = config.SANDBOX_TWILIO_ACCOUNT_SID;
    this.token = config.SANDBOX_TWILIO_AUTH_TOKEN;
  }

  report(notice: Notice<TextMessage>): void {
    if (!notice.message.statusCallback) return this.settlement.settle([notice], 'none');
    void this.post(notice, notice.message.statusCallback, 1);
  }

  /** Posts one callback with any fields, once; undefined where the message has no URL for it. */
  async tellFreely(message: TextMessage, free: FreeFields): Promise<WebhookResponse | undefined> {
    if (!message.statusCallback) return undefined;
    const { url, readTimeoutMs } = connectionOf(message.statusCallback);
    const given = withFields(callbackForm({ message, index: lastEvent(message.events) }, this.accountSid), free);
    const form = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    );
    return this.webhook.post(
      url,
      this.headersOf(url, form, `${message.id}-free-${randomUUID()}`),
      new URLSearchParams(form).toString(),
      readTimeoutMs,
    );
  }

  private headersOf(url: string, form: Record<string, string>, idempotencyToken: string): Record<string, string> {
    return {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'user-agent': 'TwilioProxy/1.1',
      'x-twilio-signature': signatureOf(this.token, url, form),
      'i-twilio-idempotency-token': idempotencyToken,
    };
  }

  private async post(notice: Notice<TextMessage>, callback: string, attempt: number): Promise<void> {
    if (notice.message.forgotten) return;
    const { url, repeats, repeatOn, readTimeoutMs } = connectionOf(callback);
    const form = callbackForm(notice, this.accountSid);
    const headers = this.headersOf(url, form, [notice.message.id, notice.index, notice.copy ?? 0].join('-'));
    const answer = await this.webhook.post(url, headers, new URLSearchParams(form).toString(), readTimeoutMs);
    if ('status' in answer && answer.status >= 200 && answer.status < 300)
      return this.settlement.settle([notice], 'acknowledged');
    if (attempt <= repeats && worthRepeating(answer, repeatOn)) {
      return this.timeline.at(
        Date.now() + waitAfter(attempt, backoff),
        () => void this.post(notice, callback, attempt + 1),
      );
    }
    this.log.warn(
      { provider: 'twilio', sid: notice.message.id, attempt, ...answer },
      'a status callback was not taken and is lost',
    );
    this.settlement.settle([notice], 'failed');
  }
}
