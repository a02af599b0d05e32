import { createHmac, createSign, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { referenceFields } from '#libs/contracts';

/** One HTTP request as a provider sends it. */
export interface WebhookRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export const SENDGRID_PATH = '/webhooks/sendgrid';
export const TWILIO_PATH = '/webhooks/twilio/status';
export const EVENTS_A_BATCH = 100;

const kinds = ['processed', 'delivered', 'delivered', 'open', 'click'] as const;

export function sendgridKeys(): { privateKey: KeyObject; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') };
}

/** Signed batches of SendGrid, each event of a message of its own. */
export function sendgridBatches(count: number, privateKey: KeyObject): WebhookRequest[] {
  return Array.from({ length: count }, (_, batch) => {
    const body = JSON.stringify(Array.from({ length: EVENTS_A_BATCH }, (_, index) => sendgridEvent(batch * EVENTS_A_BATCH + index)));
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createSign('sha256').update(timestamp).update(body).sign(privateKey, 'base64');
    return {
      path: SENDGRID_PATH,
      headers: { 'content-type': 'application/json', 'x-twilio-email-event-webhook-signature': signature, 'x-twilio-email-event-webhook-timestamp': timestamp },
      body,
    };
  });
}

function sendgridEvent(number: number): object {
  const event = kinds[number % kinds.length]!;
  return {
    email: `person-${number}@inbox.test`,
    timestamp: Math.floor(Date.now() / 1_000),
    'smtp-id': `<${number}.bench@mail.messaging.test>`,
    event,
    sg_event_id: randomUUID(),
    sg_message_id: `bench${number}.recvd-5b8d7f6c9d-abcde-1-66AABBCC-12.0`,
    ...reference(number),
    ...(event === 'delivered' && { response: '250 2.0.0 OK 1800000000 bench', tls: 1 }),
    ...(event === 'open' && { ip: '192.0.2.7', useragent: 'Mozilla/5.0 (X11; Linux x86_64) Thunderbird/140.0', sg_machine_open: false }),
    ...(event === 'click' && { ip: '192.0.2.7', url: 'https://shop.test/orders/1', url_offset: { index: 0, type: 'html' } }),
  };
}

/** Status callbacks of Twilio, signed for the address that the service is known by. */
export function twilioCallbacks(count: number, publicUrl: string, accountSid: string, authToken: string): WebhookRequest[] {
  return Array.from({ length: count }, (_, number) => {
    const path = `${TWILIO_PATH}?${new URLSearchParams(reference(number)).toString()}`;
    const sid = `SM${number.toString(16).padStart(32, '0')}`;
    const fields: Record<string, string> = {
      SmsSid: sid, SmsStatus: 'delivered', MessageStatus: 'delivered', To: '+15005550100', MessageSid: sid, AccountSid: accountSid, From: '+15005550006', ApiVersion: '2010-04-01',
    }; // prettier-ignore
    const signed = Object.keys(fields).sort().reduce((text, name) => text + name + fields[name], `${publicUrl}${path}`);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': createHmac('sha1', authToken).update(signed).digest('base64') };
    return { path, headers, body: new URLSearchParams(fields).toString() };
  });
}

const reference = (number: number) =>
  referenceFields({ messageId: `bench-${number}`, tenant: 'default', lane: 'transactional', hop: 1, attempt: 1, callId: randomUUID(), traceparent: `00-${randomUUID().replaceAll('-', '')}-b7ad6b7169203331-01` });
