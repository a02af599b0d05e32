import { createHmac } from 'node:crypto';
import type { TextMessage } from '../message.ts';
import type { WebhookResponse } from '../../../core/webhooks/webhook.adapter.ts';
import type { Notice } from '../../../core/webhooks/notice.ts';
import { meaningOf } from '../error.policy.ts';

/**
 * How Twilio calls a webhook, by the overrides in the URL's fragment
 * (twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
 */
export interface Connection {
  /** The URL to call, without the fragment. */
  url: string;
  /** Repeats after the first attempt, 0..5. */
  repeats: number;
  /** Failures after which it repeats: ct (no connection), rt (no response in time), 4xx, 5xx, all. */
  repeatOn: ReadonlySet<string>;
  readTimeoutMs: number;
}

export function connectionOf(callback: string): Connection {
  const [url = '', fragment = ''] = callback.split('#', 2);
  const asked = new URLSearchParams(fragment);
  const within = (name: string, standard: number, min: number, max: number) => {
    const value = Number(asked.get(name) ?? standard);
    return Number.isInteger(value) ? Math.min(Math.max(value, min), max) : standard;
  };
  return {
    url,
    repeats: within('rc', 1, 0, 5),
    repeatOn: new Set((asked.get('rp') ?? 'ct').split(',')),
    readTimeoutMs: within('rt', 15_000, 100, 15_000),
  };
}

/** Whether a response is followed by a repeat; by default only a failed connection is, so a 5xx loses the callback. */
export function worthRepeating(answer: WebhookResponse, repeatOn: ReadonlySet<string>): boolean {
  if ('failure' in answer) return repeatOn.has('all') || repeatOn.has(answer.failure === 'connect' ? 'ct' : 'rt');
  if (answer.status < 400) return false;
  return repeatOn.has('all') || repeatOn.has(answer.status >= 500 ? '5xx' : '4xx');
}

/** The form of a status callback, with a field that receivers must ignore. */
export function callbackForm({ message, index }: Notice<TextMessage>, accountSid: string): Record<string, string> {
  const event = message.events[index];
  const status = event?.step.event ?? '';
  const code = event?.step.errorCode;
  const whatsapp = message.to.startsWith('whatsapp:');
  const settled = status === 'delivered' || status === 'undelivered';
  return {
    MessageSid: message.id,
    SmsSid: message.id,
    MessageStatus: status,
    SmsStatus: status,
    AccountSid: accountSid,
    From: message.from ?? '',
    To: message.to,
    ApiVersion: '2010-04-01',
    ...(message.messagingServiceSid && { MessagingServiceSid: message.messagingServiceSid }),
    ...(code !== undefined && { ErrorCode: String(code), ErrorMessage: meaningOf(code) }),
    ...(whatsapp && { ChannelPrefix: 'whatsapp', ...(status === 'read' && { EventType: 'READ' }) }),
    ...(!whatsapp && settled && { RawDlrDoneDate: dlrDate(event?.at ?? 0) }),
  };
}

/** YYMMDDhhmm, of no time zone. */
function dlrDate(at: number): string {
  return new Date(at).toISOString().replace(/\D/g, '').slice(2, 12);
}

/** X-Twilio-Signature: HMAC-SHA1 over the URL with its query and the sorted form. */
export function signatureOf(token: string, url: string, form: Readonly<Record<string, string>>): string {
  const data = Object.keys(form)
    .sort()
    .reduce((text, name) => text + name + form[name], url);
  return createHmac('sha1', token).update(data).digest('base64');
}
