import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import type { MailMessage } from '../message.ts';
import type { Notice } from '../../../core/webhooks/notice.ts';

/** The event in SendGrid's form. Custom arguments are at the same level as its own fields, which win. */
export function eventOf({ message, index, copy }: Notice<MailMessage>): Record<string, unknown> {
  const { step, at } = message.events[index] ?? {};
  const { categories } = message;
  return {
    ...message.customArgs,
    email: message.to,
    timestamp: Math.floor((at ?? message.acceptedAt) / 1000),
    'smtp-id': `<${message.providerMessageId}@geopod-ismtpd-1>`,
    event: step?.event,
    // One category is a text, several are a list: receivers must accept both.
    ...(categories.length > 0 && { category: categories.length === 1 ? categories[0] : categories }),
    ...(message.asmGroupId !== null && { asm_group_id: message.asmGroupId }),
    sg_event_id: eventId(message, index, copy),
    sg_message_id: message.id,
    ...step?.fields,
  };
}

/** The same for every repeat, over a restart too, so that receivers can recognise repeats. */
function eventId(message: MailMessage, index: number, copy?: number): string {
  const event = message.events[index]?.step.event ?? '';
  return Buffer.from(
    `${event}-${index}-${message.providerMessageId}-${message.index}${copy === undefined ? '' : `-${copy}`}`,
  ).toString('base64url');
}

/** SendGrid puts CRLF after each event: a body that was parsed and serialised again has another signature. */
export function bodyOf(events: readonly Record<string, unknown>[]): string {
  return `[${events.map((event) => JSON.stringify(event)).join(',\r\n')}]\r\n`;
}

/** @param pkcs8 base64 of a P-256 private key in DER */
export function privateKey(pkcs8: string): KeyObject {
  const key = createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' });
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('not a P-256 key');
  return key;
}

/** ECDSA over timestamp and raw body (docs.sendgrid.com, Event Webhook security features). */
export function signatureHeaders(key: KeyObject, timestamp: string, body: string): Record<string, string> {
  return {
    'X-Twilio-Email-Event-Webhook-Signature': sign('sha256', Buffer.from(timestamp + body), key).toString('base64'),
    'X-Twilio-Email-Event-Webhook-Timestamp': timestamp,
  };
}
