import { createHash, createHmac } from 'node:crypto';
import type { ResendMessage } from '../message.ts';
import type { Notice } from '../../../core/webhooks/notice.ts';

/** The event in Resend's form: about one recipient of the e-mail; tags as an object. */
export function eventOf({ message, index }: Notice<ResendMessage>): Record<string, unknown> {
  const { step, at } = message.events[index] ?? {};
  const headers = Object.entries(message.headers).map(([name, value]) => ({ name, value }));
  return {
    type: `email.${step?.event}`,
    created_at: iso(at ?? message.acceptedAt),
    data: {
      email_id: message.providerMessageId,
      created_at: iso(message.acceptedAt),
      from: message.from,
      to: [message.to],
      subject: message.subject ?? '',
      tags: Object.fromEntries(message.tags.map(({ name, value }) => [name, value])),
      ...(message.templateId !== null && { template_id: message.templateId }),
      ...(headers.length > 0 && { headers }),
      ...step?.fields,
    },
  };
}

/** The same for every repeat, over a restart too, so that receivers can recognise repeats. */
export function eventId({ message, index, copy }: Notice<ResendMessage>): string {
  return `msg_${createHash('sha256')
    .update(`${message.id}/${index}${copy === undefined ? '' : `/${copy}`}`)
    .digest('base64url')
    .slice(0, 27)}`;
}

/** @param secret `whsec_` and base64 */
export function signatureHeaders(secret: string, id: string, timestamp: string, body: string): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const evidence = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${evidence}` };
}

const MINUTE = 60_000;
/** The wait after each failure, in milliseconds (resend.com/docs, retries and replays). */
const waits = [5_000, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE, 300 * MINUTE, 600 * MINUTE, 600 * MINUTE];

/** The wait after this many failures; undefined: no further attempt. */
export const repeatAfter = (failures: number): number | undefined => waits[failures - 1];

const iso = (at: number) => new Date(at).toISOString();
