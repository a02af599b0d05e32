import { createHmac, createSign, type KeyObject } from 'node:crypto';

/** A webhook, signed and ready to be sent. */
export interface Delivery {
  path: string;
  headers: Record<string, string>;
  body: string;
  /** How many events it holds. */
  events: number;
}

const kinds = ['processed', 'delivered', 'open', 'click'] as const;

/** SendGrid's event webhook with so many events, as its documentation shows them. */
export function sendgridDelivery(index: number, events: number, key: KeyObject): Delivery {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const rows = Array.from({ length: events }, (_, at) =>
    JSON.stringify(sendgridEvent(index * events + at, Number(timestamp))),
  );
  const body = `[${rows.join(',\r\n')}\r\n]`;
  const signature = createSign('sha256')
    .update(timestamp + body)
    .sign(key, 'base64');
  const headers = {
    'content-type': 'application/json',
    'x-twilio-email-event-webhook-signature': signature,
    'x-twilio-email-event-webhook-timestamp': timestamp,
  };
  return { path: '/webhooks/sendgrid', headers, body, events };
}

function sendgridEvent(number: number, timestamp: number): object {
  const event = kinds[number % kinds.length];
  const id = `bench-${number}`;
  return {
    email: `person-${number}@example.com`,
    timestamp,
    event,
    sg_event_id: `event-${id}`,
    sg_message_id: `${id}.recvd-5c4f9d8b7-abcde-1-65a1b2c3-1.0`,
    'smtp-id': `<${id}@geopod-ismtpd-1>`,
    category: ['receipts'],
    mi_message_id: id,
    mi_tenant: 'default',
    mi_hop: '1',
    ...(event === 'delivered' && { response: '250 2.0.0 OK', ip: '192.0.2.7', tls: 1 }),
    ...(event === 'click' && {
      url: 'https://example.com/order',
      url_offset: { index: 0, type: 'html' },
      useragent: 'Mozilla/5.0',
      ip: '192.0.2.8',
    }),
  };
}

/** One status callback of Twilio. */
export function twilioDelivery(index: number, publicUrl: string, accountSid: string, token: string): Delivery {
  const path = `/webhooks/twilio/status?mi_message_id=bench-${index}&mi_tenant=default&mi_hop=1`;
  const params: Record<string, string> = {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    From: '+12025550100',
    MessageSid: `SM${String(index).padStart(32, '0')}`,
    MessageStatus: index % 2 ? 'delivered' : 'sent',
    SmsSid: `SM${String(index).padStart(32, '0')}`,
    SmsStatus: index % 2 ? 'delivered' : 'sent',
    To: '+12025550123',
  };
  const text = Object.keys(params)
    .sort()
    .map((name) => name + params[name])
    .join('');
  const signature = createHmac('sha1', token)
    .update(publicUrl + path + text)
    .digest('base64');
  return {
    path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
    body: new URLSearchParams(params).toString(),
    events: 1,
  };
}
