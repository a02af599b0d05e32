import type { AccountSetup } from '../setup.policy.ts';
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InvalidConfiguration } from '#libs/contracts';
import { AccountService } from '../../../core/account/account.service.ts';
import type { Answer } from '../../../core/response.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { privateKey } from './event-webhook.policy.ts';
import {
  changedView,
  type EventWebhook,
  isSubscribedTo,
  publicKeyOf,
  viewOf,
  WebhookRequest,
} from './event-webhook.settings.policy.ts';

const refuse = (status: number, error: Record<string, string>): Answer => ({ status, body: { errors: [error] } });
const unknownId = refuse(404, { message: 'Invalid id provided.' });

/** The account's event webhooks (tsg_webhooks_v3.json). A configured one exists from the start, for all events. */
@Injectable()
export class EventWebhookSettings {
  private readonly webhooks = new Map<string, EventWebhook>();

  constructor(
    @Inject(SANDBOX_CONFIG) config: SandboxConfig,
    private readonly accounts: AccountService,
  ) {
    const url = config.SANDBOX_SENDGRID_WEBHOOK_URL;
    const key = readKey(config.SANDBOX_SENDGRID_PRIVATE_KEY);
    if (url)
      this.keep({
        id: randomUUID(),
        url,
        enabled: true,
        friendlyName: 'Sandbox',
        events: WebhookRequest.allEvents,
        key,
        createdAt: new Date(),
        updatedAt: new Date(),
      });
  }

  /** The webhooks of an event, by its name in requests. */
  tellingOf(event: string): EventWebhook[] {
    return [...this.webhooks.values()].filter((webhook) => webhook.enabled && isSubscribedTo(webhook.events, event));
  }

  /** The webhooks with at least one event. */
  enabled(): EventWebhook[] {
    return [...this.webhooks.values()].filter((webhook) => webhook.enabled);
  }

  one(id: string): EventWebhook | undefined {
    return this.webhooks.get(id);
  }

  list(): Answer {
    return {
      status: 200,
      body: {
        max_allowed: this.accounts.of<AccountSetup>('sendgrid').maxWebhooks,
        webhooks: [...this.webhooks.values()].map(viewOf),
      },
    };
  }

  create(body: unknown): Answer {
    const asked = this.check(body);
    if (!asked.ok) return asked.refusal;
    if (this.webhooks.size >= this.accounts.of<AccountSetup>('sendgrid').maxWebhooks) {
      return refuse(400, { message: 'You have reached the maximum number of webhooks per your current billing plan.' });
    }
    const now = new Date();
    return {
      status: 201,
      body: changedView(
        this.keep({ ...asked.value, id: randomUUID(), key: undefined, createdAt: now, updatedAt: now }),
      ),
    };
  }

  change(id: string, body: unknown): Answer {
    const before = this.webhooks.get(id);
    if (!before) return unknownId;
    const asked = this.check(body, id);
    return asked.ok
      ? { status: 200, body: changedView(this.keep({ ...before, ...asked.value, updatedAt: new Date() })) }
      : asked.refusal;
  }

  /** Enabling creates a new key, unless there is one. */
  sign(id: string, body: unknown): Answer {
    const webhook = this.webhooks.get(id);
    if (!webhook) return unknownId;
    const enabled = (body as { enabled?: unknown } | null)?.enabled;
    if (typeof enabled !== 'boolean')
      return refuse(400, { message: 'enabled is required and must be true or false', field: 'enabled' });
    const key = enabled ? (webhook.key ?? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey) : undefined;
    this.keep({ ...webhook, key, updatedAt: new Date() });
    return { status: 200, body: { id, public_key: publicKeyOf(key) } };
  }

  private keep(webhook: EventWebhook): EventWebhook {
    this.webhooks.set(webhook.id, webhook);
    return webhook;
  }

  private check(
    body: unknown,
    own?: string,
  ):
    | { ok: true; value: Pick<EventWebhook, 'url' | 'enabled' | 'friendlyName' | 'events'> }
    | { ok: false; refusal: Answer } {
    const asked = WebhookRequest.read(body);
    if (!asked.ok) return { ok: false, refusal: refuse(400, asked.error) };
    const { url } = asked.value;
    const other = [...this.webhooks.values()].find((webhook) => webhook.url === url && webhook.id !== own);
    if (!other) return asked;
    return {
      ok: false,
      refusal: refuse(400, {
        id: other.id,
        message: `Webhook at '${url}' already exists. Please provide a unique URL.`,
        url,
      }),
    };
  }
}

function readKey(pkcs8: string | undefined): KeyObject | undefined {
  if (!pkcs8) return undefined;
  try {
    return privateKey(pkcs8);
  } catch (cause) {
    throw new InvalidConfiguration('SANDBOX_SENDGRID_PRIVATE_KEY must be a P-256 private key: base64 of PKCS8 DER', {
      cause,
    });
  }
}
