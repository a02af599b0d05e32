import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { referenceFields } from '#libs/providers';
import type { AdapterDescription, OddWebhookDescription, WebhookDescription } from '#libs/testing';
import type { EmailMessage } from '../../apps/email/src/email-message.ts';
import { SendgridAdapter } from '../../apps/email/src/providers/sendgrid/send/sendgrid.adapter.ts';
import { webhookEvents } from '../../apps/email/src/providers/sendgrid/account/sendgrid.checks.ts';
import { attachmentsFrom } from '../../apps/email/test/attachments.ts';
import { anEmail, emailRecipient, PERSON, refusedEmail, textOf } from './common.ts';
import type { ProviderSuite } from './suite.ts';
import { sendgridEvents } from './sendgrid.events.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const sendgridKey = 'SG.conformance-secret';
export const sendgridKeys = {
  private: pair.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  public: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
};

export const sendgrid: AdapterDescription<EmailMessage> = {
  provider: 'sendgrid',
  make: ({ url, timeoutMs, wrong }) =>
    new SendgridAdapter(
      {
        SENDGRID_API_KEY: wrong ? 'SG.wrong' : sendgridKey,
        SENDGRID_BASE_URL: url,
        SENDGRID_TIMEOUT_MS: timeoutMs,
        SENDGRID_CONNECTIONS: 4,
      },
      attachmentsFrom(),
    ),
  message: anEmail,
  recipient: emailRecipient,
  secrets: [sendgridKey],
  throttling: { status: 429, retryAfterSeconds: 7 },
  refusals: [
    {
      why: 'an address that is none',
      to: refusedEmail,
      failure: { kind: 'bad-content', code: 'http_400', retry: 'never' },
    },
    {
      why: 'a key that is not accepted',
      fault: { status: 401 },
      failure: { kind: 'account', code: 'http_401', retry: 'operator' },
    },
    { why: 'a mail that is too large', fault: { status: 413 }, failure: { kind: 'bad-content', code: 'http_413' } },
  ],
  receipts: {
    ends: [
      { statuses: ['delivered'] },
      { to: 'bounce+asked@inbox.test', statuses: ['failed'] },
      { to: 'dropped+asked@inbox.test', statuses: ['failed'] },
      { to: 'silent+asked@inbox.test', statuses: [] },
    ],
    unknownId: 'n0SuchMessageAtSendGrd',
  },
  refusedMember: (message) => ({ ...message, to: [{ email: refusedEmail }] }),
};

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';
const seconds = (agoMs = 0) => String(Math.floor((Date.now() - agoMs) / 1000));
const sign = (body: string | Buffer, timestamp: string, key: KeyObject = pair.privateKey) =>
  createSign('sha256').update(timestamp).update(body).sign(key, 'base64');
const withSignature = (body: string | Buffer, timestamp: string, key?: KeyObject) => ({
  path: '/webhooks/sendgrid',
  headers: { 'content-type': 'application/json', [SIGNATURE]: sign(body, timestamp, key), [TIMESTAMP]: timestamp },
  body,
});

export const sendgridWebhook: WebhookDescription = {
  provider: 'sendgrid',
  // Its settings call one type otherwise than its events do.
  types: webhookEvents.map((name) => (name === 'spam_report' ? 'spamreport' : name)),
  known: [
    { type: 'processed', status: 'sent' },
    { type: 'deferred', fields: { response: '450 try later', attempt: '3' }, status: 'delayed' },
    { type: 'delivered', status: 'delivered' },
    { type: 'bounce', fields: { type: 'bounce', reason: `550 no such user ${PERSON}` }, status: 'bounced' },
    { type: 'bounce', fields: { type: 'blocked' }, status: 'bounced' },
    { type: 'dropped', fields: { reason: 'Bounced Address' }, status: 'suppressed' },
    { type: 'dropped', fields: { reason: 'Spam Content' }, status: 'failed' },
    { type: 'open', status: 'opened' },
    { type: 'open', fields: { sg_machine_open: true }, status: 'machine-opened' },
    { type: 'click', fields: { url: `https://example.org/?of=${PERSON}` }, status: 'clicked' },
    { type: 'spamreport', status: 'complained' },
    { type: 'unsubscribe', status: 'unsubscribed' },
    { type: 'group_unsubscribe', fields: { asm_group_id: 7 }, status: 'unsubscribed' },
    { type: 'group_resubscribe', fields: { asm_group_id: 7 }, status: undefined },
  ],
  delivery: ({ type, fields }, { messageId, person }) => {
    const about = referenceFields({ messageId, tenant: 'default', hop: 1, callId: 'call-1' });
    const event = {
      event: type,
      email: person,
      timestamp: Number(seconds()),
      sg_event_id: `ev-${messageId}`,
      sg_message_id: `${messageId}.recvd-6c9f4-1-5F5F.0`,
      ...about,
      ...fields,
    };
    return withSignature(`[${JSON.stringify(event)}\r\n]`, seconds());
  },
  tampering: {
    'somebody else in it': (genuine) => ({ ...genuine, body: textOf(genuine).replace(PERSON, `x${PERSON.slice(1)}`) }),
    'one blank more': (genuine) => ({ ...genuine, body: `${textOf(genuine)} ` }),
    'another time': ({ headers, ...genuine }) => ({ ...genuine, headers: { ...headers, [TIMESTAMP]: seconds(5_000) } }),
    'a time long past': ({ body }) => withSignature(body, seconds(48 * 3_600_000)),
    'half its signature': ({ headers, ...genuine }) => ({
      ...genuine,
      headers: { ...headers, [SIGNATURE]: headers[SIGNATURE]!.slice(0, 40) },
    }),
    'no signature': ({ headers: { [SIGNATURE]: _, ...headers }, ...genuine }) => ({ ...genuine, headers }),
    'the signature of a stranger': ({ body }) => withSignature(body, seconds(), stranger.privateKey),
  },
  person: PERSON,
  secrets: [sendgridKeys.private, sendgridKey],
};

export const oddSendgrid: OddWebhookDescription = {
  provider: 'sendgrid',
  documented: sendgridEvents,
  ways: {
    'in a list': (event) => withSignature(`[${JSON.stringify(event)}\r\n]`, seconds()),
    'alone, without a list': (event) => withSignature(JSON.stringify(event), seconds()),
    'among others that cannot be used': (event) =>
      withSignature(JSON.stringify([null, {}, event, 7, 'text', [], { event: null }]), seconds()),
  },
  body: (body) => withSignature(body, seconds()),
  holders: [[]],
  person: PERSON,
};

export const suite: ProviderSuite<EmailMessage> = {
  adapter: sendgrid,
  webhook: sendgridWebhook,
  oddWebhooks: [oddSendgrid],
  service: (url) => ({
    SENDGRID_API_KEY: sendgridKey,
    SENDGRID_WEBHOOK_PUBLIC_KEY: sendgridKeys.public,
    ...(url !== undefined && { SENDGRID_BASE_URL: url }),
  }),
  sandbox: { SANDBOX_SENDGRID_API_KEY: sendgridKey, SANDBOX_SENDGRID_PRIVATE_KEY: sendgridKeys.private },
  routes: { sendgrid: (about) => sendgridWebhook.delivery({ type: 'delivered' }, about) },
};
