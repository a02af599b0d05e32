import { createHmac } from 'node:crypto';
import { referenceFields, toTags } from '#libs/providers';
import type { AdapterDescription, OddWebhookDescription, WebhookDescription } from '#libs/testing';
import type { EmailMessage } from '../../apps/email/src/email-message.ts';
import { ResendAdapter } from '../../apps/email/src/providers/resend/send/resend.adapter.ts';
import { webhookEvents } from '../../apps/email/src/providers/resend/account/resend.checks.ts';
import { anEmail, emailRecipient, PERSON, refusedEmail, textOf } from './common.ts';
import type { ProviderSuite } from './suite.ts';
import { resendEvents } from './resend.events.ts';

export const resendKey = 're_conformance_secret';
export const resendSecret = `whsec_${Buffer.from('the secret of the conformance suite').toString('base64')}`;
const strangerSecret = `whsec_${Buffer.from('the secret of somebody else here').toString('base64')}`;

export const resend: AdapterDescription<EmailMessage> = {
  provider: 'resend',
  make: ({ url, timeoutMs, wrong }) =>
    new ResendAdapter({
      RESEND_API_KEY: wrong ? 're_wrong' : resendKey,
      RESEND_BASE_URL: url,
      RESEND_TIMEOUT_MS: timeoutMs,
      RESEND_CONNECTIONS: 4,
    }),
  message: anEmail,
  recipient: emailRecipient,
  secrets: [resendKey],
  throttling: { status: 429, resendName: 'rate_limit_exceeded', retryAfterSeconds: 7 },
  refusals: [
    { why: 'an address that is none', to: refusedEmail, failure: { kind: 'bad-content', retry: 'never' } },
    {
      why: 'a recipient at a domain for tests',
      to: 'somebody@example.com',
      failure: { kind: 'bad-recipient', httpStatus: 422 },
    },
    {
      why: 'a key that is not accepted',
      fault: { status: 403, resendName: 'invalid_api_key' },
      failure: { kind: 'account', retry: 'operator' },
    },
    {
      why: 'a quota that is used up',
      fault: { status: 429, resendName: 'daily_quota_exceeded' },
      failure: { kind: 'account', retry: 'failover' },
    },
  ],
  receipts: {
    ends: [
      { statuses: ['delivered'] },
      { to: 'bounce+asked@inbox.test', statuses: ['bounced'] },
      { to: 'open+asked@inbox.test', statuses: ['delivered', 'opened'] },
      { to: 'silent+asked@inbox.test', statuses: [] },
    ],
    unknownId: '00000000-0000-4000-8000-000000000000',
  },
  refusedMember: (message) => ({ ...message, to: [{ email: refusedEmail }] }),
};

const seconds = (agoMs = 0) => String(Math.floor((Date.now() - agoMs) / 1000));

function withSignature(body: string | Buffer, id: string, timestamp: string, secret = resendSecret) {
  const evidence = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest('base64');
  return {
    path: '/webhooks/resend',
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': timestamp,
      'svix-signature': `v1,${evidence}`,
    },
    body,
  };
}

export const resendWebhook: WebhookDescription = {
  provider: 'resend',
  types: webhookEvents,
  known: [
    { type: 'email.scheduled', status: 'scheduled' },
    { type: 'email.sent', status: 'sent' },
    { type: 'email.delivery_delayed', status: 'delayed' },
    { type: 'email.delivered', status: 'delivered' },
    {
      type: 'email.bounced',
      fields: { bounce: { type: 'Permanent', subType: 'General', message: `550 no such user ${PERSON}` } },
      status: 'bounced',
    },
    {
      type: 'email.suppressed',
      fields: { suppressed: { type: 'OnAccountSuppressionList', reason: 'previous_bounce' } },
      status: 'suppressed',
    },
    { type: 'email.failed', fields: { failed: { reason: 'reached_daily_quota' } }, status: 'failed' },
    { type: 'email.opened', status: 'opened' },
    { type: 'email.clicked', fields: { click: { link: `https://example.org/?of=${PERSON}` } }, status: 'clicked' },
    { type: 'email.complained', status: 'complained' },
    {
      type: 'suppression.added',
      fields: { id: 's-1', origin: 'bounce', source_id: null, created_at: '2026-11-23T12:00:05.123Z' },
      status: undefined,
    },
    {
      type: 'suppression.removed',
      fields: { id: 's-1', origin: 'manual', source_id: null, created_at: '2026-11-23T12:00:05.123Z' },
      status: undefined,
    },
  ],
  delivery: ({ type, fields }, { messageId, person }) => {
    const tags = Object.fromEntries(
      toTags(referenceFields({ messageId, tenant: 'default', hop: 1, callId: 'call-1' })).map(({ name, value }) => [
        name,
        value,
      ]),
    );
    const mail = {
      email_id: `id-of-${messageId}`,
      from: 'no-reply@messaging.test',
      to: [person],
      subject: 'Hello',
      tags,
      ...fields,
    };
    const data = type.startsWith('suppression.') ? { email: person, ...fields } : mail;
    return withSignature(
      JSON.stringify({ type, created_at: new Date().toISOString(), data }),
      `msg_${messageId}`,
      seconds(),
    );
  },
  tampering: {
    'somebody else in it': (genuine) => ({ ...genuine, body: textOf(genuine).replace(PERSON, `x${PERSON.slice(1)}`) }),
    'one blank more': (genuine) => ({ ...genuine, body: `${textOf(genuine)} ` }),
    'another id': ({ headers, ...genuine }) => ({ ...genuine, headers: { ...headers, 'svix-id': 'msg_other' } }),
    'another time': ({ headers, ...genuine }) => ({
      ...genuine,
      headers: { ...headers, 'svix-timestamp': seconds(5_000) },
    }),
    'a time long past': ({ body }) => withSignature(body, 'msg_old', seconds(3_600_000)),
    'half its signature': ({ headers, ...genuine }) => ({
      ...genuine,
      headers: { ...headers, 'svix-signature': headers['svix-signature']!.slice(0, 20) },
    }),
    'no signature': ({ headers: { 'svix-signature': _, ...headers }, ...genuine }) => ({ ...genuine, headers }),
    'the signature of a stranger': ({ body }) => withSignature(body, 'msg_1', seconds(), strangerSecret),
  },
  person: PERSON,
  secrets: [resendKey, resendSecret],
};

export const oddResend: OddWebhookDescription = {
  provider: 'resend',
  documented: resendEvents,
  ways: { 'as JSON': (event) => withSignature(JSON.stringify(event), 'msg_odd', seconds()) },
  body: (body) => withSignature(body, 'msg_odd', seconds()),
  holders: [[], ['data']],
  person: PERSON,
};

export const suite: ProviderSuite<EmailMessage> = {
  adapter: resend,
  webhook: resendWebhook,
  oddWebhooks: [oddResend],
  service: (url) => ({
    RESEND_API_KEY: resendKey,
    RESEND_WEBHOOK_SECRET: resendSecret,
    ...(url !== undefined && { RESEND_BASE_URL: url }),
  }),
  sandbox: {
    SANDBOX_RESEND_API_KEY: resendKey,
    SANDBOX_RESEND_WEBHOOK_SECRET: resendSecret,
    SANDBOX_RESEND_RATE_PER_S: '100000',
  },
  routes: { resend: (about) => resendWebhook.delivery({ type: 'email.delivered' }, about) },
};
