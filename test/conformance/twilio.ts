import { createHash, createHmac } from 'node:crypto';
import { referenceFields } from '#libs/providers';
import {
  type AdapterDescription,
  anSmsRequest,
  type OddWebhookDescription,
  type WebhookDelivery,
  type WebhookDescription,
} from '#libs/testing';
import { TwilioAdapter } from '../../apps/sms/src/providers/twilio/send/twilio.adapter.ts';
import { textOf } from './common.ts';
import type { ProviderSuite } from './suite.ts';
import { twilioEvents, twilioReplies } from './twilio.events.ts';
import type { SmsMessage } from '../../apps/sms/src/sms-message.ts';

export const twilioAccount = `AC${'a'.repeat(32)}`;
export const twilioToken = 'conformance-token';
export const twilioPublicUrl = 'https://sms.example.org/behind';
const PERSON = '+12025550199';

export const twilio: AdapterDescription<SmsMessage> = {
  provider: 'twilio',
  make: ({ url, timeoutMs, wrong }) =>
    new TwilioAdapter({
      TWILIO_ACCOUNT_SID: twilioAccount,
      TWILIO_AUTH_TOKEN: wrong ? 'wrong' : twilioToken,
      TWILIO_API_KEY_SID: undefined,
      TWILIO_API_KEY_SECRET: undefined,
      TWILIO_MESSAGING_SERVICE_SID: undefined,
      TWILIO_BASE_URL: url,
      TWILIO_CONNECTIONS: 4,
      TWILIO_RATE_PER_S: undefined,
      TWILIO_TIMEOUT_MS: timeoutMs,
      PUBLIC_URL: twilioPublicUrl,
    }),
  message: (to, body) => ({ ...anSmsRequest({ to, body }), kind: 'sms', from: '+15005550006' }),
  recipient: (number) => `+120255501${String(number).padStart(2, '0')}`,
  secrets: [twilioToken, Buffer.from(`${twilioAccount}:${twilioToken}`).toString('base64')],
  throttling: { status: 429, twilioCode: 20429, retryAfterSeconds: 7 },
  receipts: {
    ends: [
      { statuses: ['delivered'] },
      { to: '+15005550030', statuses: ['bounced'] },
      { to: '+15005550034', statuses: ['failed'] },
      { to: '+15005550035', statuses: [] },
    ],
    unknownId: `SM${'0'.repeat(32)}`,
  },
  refusals: [
    {
      why: 'a number that is none',
      to: '+15005550001',
      failure: { kind: 'bad-recipient', code: '21211', retry: 'never' },
    },
    {
      why: 'a recipient who has replied STOP',
      to: '+15005550004',
      failure: { kind: 'opted-out', code: '21610', suppress: true },
    },
    {
      why: 'credentials that are not accepted',
      fault: { status: 401, twilioCode: 20003 },
      failure: { kind: 'account', code: '20003' },
    },
    {
      why: 'a code that is in no table',
      fault: { status: 400, twilioCode: 29999 },
      failure: { kind: 'bad-content', unlisted: true },
    },
  ],
};

/**
 * Twilio's way: each name in order, with each of its values once, in order (twilio-node, getExpectedTwilioSignature).
 */
function sign(url: string, form: URLSearchParams, token = twilioToken): string {
  const names = [...new Set(form.keys())].toSorted();
  const text = names
    .flatMap((name) => [...new Set(form.getAll(name))].toSorted().map((value) => name + value))
    .join('');
  return createHmac('sha1', token)
    .update(url + text)
    .digest('base64');
}

function withSignature(path: string, body: string | Buffer, token?: string, base = twilioPublicUrl) {
  return {
    path,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': sign(base + path, new URLSearchParams(body.toString()), token),
    },
    body,
  };
}

export const twilioWebhook: WebhookDescription = {
  provider: 'twilio',
  // Those of messages that go out (Twilio’s docs, Outbound Message Status).
  types: [
    'accepted',
    'scheduled',
    'queued',
    'sending',
    'sent',
    'delivered',
    'partially_delivered',
    'undelivered',
    'failed',
    'canceled',
    'read',
  ],
  known: [
    { type: 'accepted', status: 'sent' },
    { type: 'scheduled', status: 'sent' },
    { type: 'queued', status: 'sent' },
    { type: 'sending', status: 'sent' },
    { type: 'sent', status: 'sent' },
    { type: 'delivered', status: 'delivered' },
    { type: 'partially_delivered', status: 'delivered' },
    { type: 'undelivered', fields: { ErrorCode: '30003' }, status: 'bounced' },
    { type: 'failed', fields: { ErrorCode: '30008', ChannelStatusMessage: `no way to ${PERSON}` }, status: 'failed' },
    { type: 'canceled', status: 'cancelled' },
    { type: 'read', status: 'read' },
  ],
  delivery: ({ type, fields }, { messageId, person }) => {
    const reference = referenceFields({ messageId, tenant: 'default', hop: 1, callId: 'call-1' });
    const path = `/webhooks/twilio/status?${new URLSearchParams(reference).toString()}`;
    const form = {
      MessageSid: `SM-${messageId}`,
      MessageStatus: type,
      To: person,
      From: '+15005550006',
      AccountSid: twilioAccount,
      ...fields,
    };
    return withSignature(path, new URLSearchParams(form).toString());
  },
  tampering: {
    'another status': (genuine) => ({
      ...genuine,
      body: textOf(genuine).replace('MessageStatus=delivered', 'MessageStatus=failed'),
    }),
    'one more field': (genuine) => ({ ...genuine, body: `${textOf(genuine)}&Extra=1` }),
    'another message in its address': (genuine) => ({ ...genuine, path: genuine.path.replace('mi_hop=1', 'mi_hop=2') }),
    'another host': ({ path, body }) => withSignature(path, body, undefined, 'https://sms.example.com/behind'),
    'plain http': ({ path, body }) => withSignature(path, body, undefined, twilioPublicUrl.replace('https', 'http')),
    'half its signature': ({ headers, ...genuine }) => ({
      ...genuine,
      headers: { ...headers, 'x-twilio-signature': headers['x-twilio-signature']!.slice(0, 14) },
    }),
    'no signature': ({ headers: { 'x-twilio-signature': _, ...headers }, ...genuine }) => ({ ...genuine, headers }),
    'the signature of a stranger': ({ path, body }) => withSignature(path, body, 'the token of somebody else'),
  },
  person: PERSON,
  secrets: [twilioToken],
};

/** A reply to one of our numbers, as Twilio signs it. */
export const inboundDelivery = (fields: Record<string, string> = {}): WebhookDelivery =>
  withSignature(
    '/webhooks/twilio/inbound',
    new URLSearchParams({
      MessageSid: `SM${'1'.repeat(32)}`,
      AccountSid: twilioAccount,
      From: PERSON,
      To: '+15005550006',
      NumMedia: '0',
      NumSegments: '1',
      ...fields,
    }).toString(),
  );

const query = new URLSearchParams(
  referenceFields({ messageId: 'm-odd', tenant: 'default', hop: 1, callId: 'call-1' }),
).toString();

/** As Twilio puts it into a form: a list as a name that stands several times. */
function formOf(event: unknown): string {
  const plain = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const pairs = Object.entries(event as object).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return values.filter((one) => one !== null).map((one): [string, string] => [name, plain(one)]);
  });
  return new URLSearchParams(pairs).toString();
}

function asJson(path: string, body: string | Buffer): WebhookDelivery {
  const hash = createHash('sha256').update(body).digest('hex');
  const signed = `${path}${path.includes('?') ? '&' : '?'}bodySHA256=${hash}`;
  return {
    path: signed,
    headers: {
      'content-type': 'application/json',
      'x-twilio-signature': sign(twilioPublicUrl + signed, new URLSearchParams()),
    },
    body,
  };
}

const waysTo = (path: string): OddWebhookDescription['ways'] => ({
  'as JSON': (event) => asJson(path, JSON.stringify(event)),
  'as a form': (event) => withSignature(path, formOf(event)),
});

const statusPath = `/webhooks/twilio/status?${query}`;
export const oddTwilio: OddWebhookDescription = {
  provider: 'twilio',
  documented: twilioEvents,
  ways: waysTo(statusPath),
  body: (body) => withSignature(statusPath, body),
  holders: [[]],
  person: PERSON,
};

export const oddReplies: OddWebhookDescription = {
  ...oddTwilio,
  documented: twilioReplies,
  ways: waysTo('/webhooks/twilio/inbound'),
  body: (body) => withSignature('/webhooks/twilio/inbound', body),
};

export const suite: ProviderSuite<SmsMessage> = {
  adapter: twilio,
  webhook: twilioWebhook,
  oddWebhooks: [oddTwilio, oddReplies],
  service: (url) => ({
    TWILIO_ACCOUNT_SID: twilioAccount,
    TWILIO_AUTH_TOKEN: twilioToken,
    ...(url !== undefined && { TWILIO_BASE_URL: url }),
  }),
  sandbox: { SANDBOX_TWILIO_ACCOUNT_SID: twilioAccount, SANDBOX_TWILIO_AUTH_TOKEN: twilioToken },
  routes: {
    'twilio/status': (about) => twilioWebhook.delivery({ type: 'delivered' }, { ...about, person: '+12025550199' }),
    'twilio/inbound': () => inboundDelivery({ Body: 'Hello' }),
  },
};
