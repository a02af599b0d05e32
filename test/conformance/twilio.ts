import { createHmac } from 'node:crypto';
import { referenceFields } from '#libs/contracts';
import { type AdapterDescription, anSmsRequest, type WebhookDescription } from '#libs/testing';
import { TwilioAdapter } from '../../apps/sms/src/providers/twilio/twilio.adapter.ts';
import type { SmsMessage } from '../../apps/sms/src/sms-message.ts';

export const twilioAccount = `AC${'a'.repeat(32)}`;
export const twilioToken = 'conformance-token';
export const twilioPublicUrl = 'https://sms.example.org/behind';
const PERSON = '+12025550199';

export const twilio: AdapterDescription<SmsMessage> = {
  provider: 'twilio',
  make: ({ url, timeoutMs, wrong }) =>
    new TwilioAdapter({
      TWILIO_ACCOUNT_SID: twilioAccount, TWILIO_AUTH_TOKEN: wrong ? 'wrong' : twilioToken, TWILIO_API_KEY_SID: undefined, TWILIO_API_KEY_SECRET: undefined,
      TWILIO_MESSAGING_SERVICE_SID: undefined, TWILIO_BASE_URL: url, TWILIO_CONNECTIONS: 4, TWILIO_RATE_PER_S: undefined, TWILIO_TIMEOUT_MS: timeoutMs, PUBLIC_URL: twilioPublicUrl,
    }), // prettier-ignore
  message: (to, body) => ({ ...anSmsRequest({ to, body }), kind: 'sms', from: '+15005550006' }),
  recipient: (number) => `+120255501${String(number).padStart(2, '0')}`,
  secrets: [twilioToken, Buffer.from(`${twilioAccount}:${twilioToken}`).toString('base64')],
  throttling: { status: 429, twilioCode: 20429, retryAfterSeconds: 7 },
  refusals: [
    { why: 'a number that is none', to: '+15005550001', failure: { kind: 'bad-recipient', code: '21211', retry: 'never' } },
    { why: 'a recipient who has replied STOP', to: '+15005550004', failure: { kind: 'opted-out', code: '21610', suppress: true } },
    { why: 'credentials that are not accepted', fault: { status: 401, twilioCode: 20003 }, failure: { kind: 'account', code: '20003' } },
    { why: 'a code that is in no table', fault: { status: 400, twilioCode: 29999 }, failure: { kind: 'bad-content', unlisted: true } },
  ],
};

const sign = (url: string, form: URLSearchParams, token = twilioToken) =>
  createHmac('sha1', token).update(url + [...form].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => name + value).join('')).digest('base64');

function withSignature(path: string, body: string, token?: string, base = twilioPublicUrl) {
  return { path, headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': sign(base + path, new URLSearchParams(body), token) }, body };
}

export const twilioWebhook: WebhookDescription = {
  provider: 'twilio',
  // Those of messages that go out (provider facts, §4.4).
  types: ['accepted', 'scheduled', 'queued', 'sending', 'sent', 'delivered', 'partially_delivered', 'undelivered', 'failed', 'canceled', 'read'],
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
    const path = `/webhooks/twilio/status?${new URLSearchParams(referenceFields({ messageId, tenant: 'default', hop: 1, callId: 'call-1' })).toString()}`;
    const form = { MessageSid: `SM-${messageId}`, MessageStatus: type, To: person, From: '+15005550006', AccountSid: twilioAccount, ...fields };
    return withSignature(path, new URLSearchParams(form).toString());
  },
  tampering: {
    'another status': (genuine) => ({ ...genuine, body: genuine.body.replace('MessageStatus=delivered', 'MessageStatus=failed') }),
    'one more field': (genuine) => ({ ...genuine, body: `${genuine.body}&Extra=1` }),
    'another message in its address': (genuine) => ({ ...genuine, path: genuine.path.replace('mi_hop=1', 'mi_hop=2') }),
    'another host': ({ path, body }) => withSignature(path, body, undefined, 'https://sms.example.com/behind'),
    'plain http': ({ path, body }) => withSignature(path, body, undefined, twilioPublicUrl.replace('https', 'http')),
    'half its signature': ({ headers, ...genuine }) => ({ ...genuine, headers: { ...headers, 'x-twilio-signature': headers['x-twilio-signature']!.slice(0, 14) } }),
    'no signature': ({ headers: { 'x-twilio-signature': _, ...headers }, ...genuine }) => ({ ...genuine, headers }),
    'the signature of a stranger': ({ path, body }) => withSignature(path, body, 'the token of somebody else'),
  },
  person: PERSON,
  secrets: [twilioToken],
};
