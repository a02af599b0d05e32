import { Inject, Injectable } from '@nestjs/common';
import type { Answer } from '../../../core/response.ts';
import { hex } from '../../../core/inbox/ids.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { WebhookAdapter } from '../../../core/webhooks/webhook.adapter.ts';
import { inboundForm, type Reply, withDigest } from './inbound.policy.ts';
import { PeopleService } from '../messages/people.service.ts';
import { signatureOf } from './status-callback.policy.ts';

const READ_TIMEOUT_MS = 15_000;

/** Simulates a person who writes to one of our numbers: posted once, as Twilio does. */
@Injectable()
export class InboundService {
  private readonly url: string | undefined;
  private readonly accountSid: string;
  private readonly token: string;

  constructor(
    @Inject(SANDBOX_CONFIG) config: SandboxConfig,
    private readonly people: PeopleService,
    private readonly webhook: WebhookAdapter,
  ) {
    this.url = config.SANDBOX_TWILIO_INBOUND_URL;
    this.accountSid = config.SANDBOX_TWILIO_ACCOUNT_SID;
    this.token = config.SANDBOX_TWILIO_AUTH_TOKEN;
  }

  /** Returns the webhook's response. */
  async receive(reply: Reply): Promise<Answer> {
    this.people.hear(reply, Date.now());
    const sid = `${reply.mediaUrls.length > 0 ? 'MM' : 'SM'}${hex(32)}`;
    if (this.url === undefined) return { status: 200, body: { providerMessageId: sid, webhook: 'none' } };
    const form = inboundForm(reply, sid, this.accountSid);
    const webhook = reply.as === 'json' ? await this.postJson(this.url, form) : await this.postForm(this.url, form);
    return { status: 200, body: { providerMessageId: sid, webhook } };
  }

  private postForm(url: string, form: Record<string, string>) {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': signatureOf(this.token, url, form),
    };
    return this.webhook.post(url, headers, new URLSearchParams(form).toString(), READ_TIMEOUT_MS);
  }

  private postJson(address: string, form: Record<string, string>) {
    const body = JSON.stringify(form);
    const url = withDigest(address, body);
    return this.webhook.post(
      url,
      { 'content-type': 'application/json', 'x-twilio-signature': signatureOf(this.token, url, {}) },
      body,
      READ_TIMEOUT_MS,
    );
  }
}
