import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

export interface EventWebhook {
  id: string;
  url: string;
  enabled: boolean;
  friendlyName: string;
  events: Readonly<Record<string, boolean>>;
  /** Signs its requests; undefined: they are not signed. */
  key: KeyObject | undefined;
  createdAt: Date;
  updatedAt: Date;
}

const names = [
  'processed',
  'deferred',
  'delivered',
  'bounce',
  'dropped',
  'open',
  'click',
  'spam_report',
  'unsubscribe',
  'group_unsubscribe',
  'group_resubscribe',
  'account_status_change',
] as const;

const flags = Object.fromEntries(names.map((name) => [name, z.boolean().optional()]));
const Body = z.strictObject({
  enabled: z.boolean().optional(),
  url: z.string(),
  friendly_name: z.string().optional(),
  oauth_client_id: z.string().optional(),
  oauth_client_secret: z.string().optional(),
  oauth_token_url: z.string().optional(),
  ...flags,
});

type Read =
  | { ok: true; value: Pick<EventWebhook, 'url' | 'enabled' | 'friendlyName' | 'events'> }
  | { ok: false; error: Record<string, string> };

/** A body that creates or changes an event webhook. */
export const WebhookRequest = {
  allEvents: Object.fromEntries(names.map((name) => [name, true])) as Readonly<Record<string, boolean>>,

  read(body: unknown): Read {
    const parsed = Body.safeParse(body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const field = issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : (issue?.path.join('.') ?? '');
      return { ok: false, error: { message: `${field || 'the body'} is not valid`, field } };
    }
    const { url, enabled = false, friendly_name: friendlyName = '' } = parsed.data;
    const { protocol, username } = URL.parse(url) ?? {};
    if (!/^https?:$/.test(protocol ?? '') || username)
      return { ok: false, error: { message: `'${url}' is not a valid url` } };
    const events = Object.fromEntries(
      names.map((name) => [name, (parsed.data as Record<string, unknown>)[name] === true]),
    );
    return { ok: true, value: { url, enabled, friendlyName, events } };
  },
};

/** Some events have other names in requests than in the settings. */
const settingOf: Readonly<Record<string, string>> = { spamreport: 'spam_report' };

export const isSubscribedTo = (events: Readonly<Record<string, boolean>>, event: string): boolean =>
  events[settingOf[event] ?? event] ?? true;

/** SPKI DER as base64, or empty where requests are not signed. */
export const publicKeyOf = (key: KeyObject | undefined): string =>
  key ? createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64') : '';

const iso = (at: Date) => `${at.toISOString().slice(0, 19)}Z`;

export function viewOf(webhook: EventWebhook): Record<string, unknown> {
  const { id, url, enabled, friendlyName, events, key, createdAt, updatedAt } = webhook;
  return {
    enabled,
    url,
    ...events,
    friendly_name: friendlyName,
    id,
    public_key: publicKeyOf(key),
    created_date: iso(createdAt),
    updated_date: iso(updatedAt),
  };
}

/** SendGrid does not return the key where a webhook is created or changed. */
export function changedView(webhook: EventWebhook): Record<string, unknown> {
  const { public_key: _, ...view } = viewOf(webhook);
  return view;
}
