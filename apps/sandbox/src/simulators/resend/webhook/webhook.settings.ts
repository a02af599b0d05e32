import { randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Answer } from '../../../core/response.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { refusal } from '../error.policy.ts';
import { instant } from '../page.policy.ts';

export interface ResendWebhook {
  id: string;
  endpoint: string;
  /** Undefined: events of every type. */
  events: readonly string[] | undefined;
  status: 'enabled' | 'disabled';
  /** `whsec_` and base64. */
  secret: string;
  createdAt: Date;
}

const endpoint = z.url({ protocol: /^https?$/ });
const events = z.array(z.string().regex(/^(email|contact|domain|suppression|topic)\.[a-z_]+$/)).min(1);
const Create = z.object({ endpoint, events });
const Change = z.object({
  endpoint: endpoint.optional(),
  events: events.optional(),
  status: z.enum(['enabled', 'disabled']).optional(),
});

/** The account's webhooks (resend.yaml). A configured one exists from the start, for all events. */
@Injectable()
export class ResendWebhookSettings {
  private readonly webhooks = new Map<string, ResendWebhook>();

  constructor(@Inject(SANDBOX_CONFIG) config: SandboxConfig) {
    const { SANDBOX_RESEND_WEBHOOK_URL: url, SANDBOX_RESEND_WEBHOOK_SECRET: secret } = config;
    if (url)
      this.keep({
        id: randomUUID(),
        endpoint: url,
        events: undefined,
        status: 'enabled',
        secret,
        createdAt: new Date(),
      });
  }

  /** The webhooks of an event, such as `email.sent`. */
  tellingOf(type: string): ResendWebhook[] {
    return [...this.webhooks.values()].filter(
      (webhook) => webhook.status === 'enabled' && (webhook.events?.includes(type) ?? true),
    );
  }

  /** The webhooks with at least one event. */
  enabled(): ResendWebhook[] {
    return [...this.webhooks.values()].filter((webhook) => webhook.status === 'enabled');
  }

  one(id: string): ResendWebhook | undefined {
    return this.webhooks.get(id);
  }

  list(): Answer {
    return { status: 200, body: { object: 'list', has_more: false, data: [...this.webhooks.values()].map(viewOf) } };
  }

  show(id: string): Answer {
    const webhook = this.webhooks.get(id);
    return webhook
      ? { status: 200, body: { object: 'webhook', ...viewOf(webhook), signing_secret: webhook.secret } }
      : unknownId();
  }

  create(body: unknown): Answer {
    const asked = Create.safeParse(body);
    if (!asked.success) return refusal('validation_error', 'The webhook needs an endpoint and events.', 422);
    const { id, secret } = this.keep({
      ...asked.data,
      id: randomUUID(),
      status: 'enabled',
      secret: `whsec_${randomBytes(24).toString('base64')}`,
      createdAt: new Date(),
    });
    return { status: 201, body: { object: 'webhook', id, signing_secret: secret } };
  }

  change(id: string, body: unknown): Answer {
    const webhook = this.webhooks.get(id);
    const asked = Change.safeParse(body);
    if (!webhook) return unknownId();
    if (!asked.success) return refusal('validation_error', 'The webhook cannot be changed so.', 422);
    const given = Object.fromEntries(Object.entries(asked.data).filter(([, value]) => value !== undefined));
    this.keep({ ...webhook, ...given });
    return { status: 200, body: { object: 'webhook', id } };
  }

  private keep(webhook: ResendWebhook): ResendWebhook {
    this.webhooks.set(webhook.id, webhook);
    return webhook;
  }
}

const unknownId = () => refusal('not_found', 'Webhook not found');

const followed = [
  ...[
    'sent',
    'scheduled',
    'delivered',
    'delivery_delayed',
    'complained',
    'bounced',
    'opened',
    'clicked',
    'failed',
    'suppressed',
  ].map((event) => `email.${event}`),
  'suppression.added',
  'suppression.removed',
];

const viewOf = ({ id, endpoint: url, events: chosen, status, createdAt }: ResendWebhook) => ({
  id,
  endpoint: url,
  events: chosen ?? followed,
  status,
  created_at: instant(createdAt.getTime()),
});
