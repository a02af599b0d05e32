import { generateKeyPairSync } from 'node:crypto';
import type { Provider, ProviderCall } from '#libs/providers';
import { anEmailRequest, anSmsRequest } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EmailMessage } from '../apps/email/src/email-message.ts';
import { ResendAdapter } from '../apps/email/src/providers/resend/send/resend.adapter.ts';
import { SendgridAdapter } from '../apps/email/src/providers/sendgrid/send/sendgrid.adapter.ts';
import { attachmentsFrom } from '../apps/email/test/attachments.ts';
import { SandboxConfig } from '../apps/sandbox/src/sandbox.config.ts';
import { createLogger } from '#libs/telemetry';
import { createSandbox, type Sandbox } from '../apps/sandbox/src/sandbox.ts';
import { TwilioAdapter } from '../apps/sms/src/providers/twilio/send/twilio.adapter.ts';
import type { SmsMessage } from '../apps/sms/src/sms-message.ts';

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'der' })
  .toString('base64');
const account = `AC${'a'.repeat(32)}`;

interface Listed {
  to: string;
  from: string;
  subject?: string;
  headers?: Record<string, string>;
  attachments?: { filename: string }[];
  body?: string;
}

let sandbox: Sandbox;
let sendgrid: SendgridAdapter;
let resend: ResendAdapter;
let twilio: TwilioAdapter;

beforeAll(async () => {
  sandbox = await createSandbox(
    SandboxConfig.parse({
      HTTP_PORT: '0',
      SANDBOX_RESEND_RATE_PER_S: '100000',
      SANDBOX_SENDGRID_API_KEY: 'SG.key',
      SANDBOX_SENDGRID_PRIVATE_KEY: key,
      SANDBOX_RESEND_API_KEY: 're_key',
      SANDBOX_TWILIO_ACCOUNT_SID: account,
      SANDBOX_TWILIO_AUTH_TOKEN: 'token',
    }),
    createLogger('sandbox', 'silent'),
  );
  const { url } = sandbox;
  sendgrid = new SendgridAdapter(
    { SENDGRID_API_KEY: 'SG.key', SENDGRID_BASE_URL: url, SENDGRID_TIMEOUT_MS: 10_000, SENDGRID_CONNECTIONS: 2 },
    attachmentsFrom(),
  );
  resend = new ResendAdapter({
    RESEND_API_KEY: 're_key',
    RESEND_BASE_URL: url,
    RESEND_TIMEOUT_MS: 10_000,
    RESEND_CONNECTIONS: 2,
  });
  twilio = new TwilioAdapter({
    TWILIO_ACCOUNT_SID: account,
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_API_KEY_SID: undefined,
    TWILIO_API_KEY_SECRET: undefined,
    TWILIO_MESSAGING_SERVICE_SID: undefined,
    TWILIO_BASE_URL: url,
    TWILIO_CONNECTIONS: 2,
    TWILIO_RATE_PER_S: undefined,
    TWILIO_TIMEOUT_MS: 10_000,
    PUBLIC_URL: 'https://sms.example.org',
  });
}, 60_000);
afterAll(async () => {
  await Promise.all([sendgrid, resend, twilio].map((adapter) => adapter.onApplicationShutdown()));
  await sandbox.close();
});

const callOf = <M extends { messageId: string }>(message: M): ProviderCall<M> => ({
  message,
  reference: {
    messageId: message.messageId,
    tenant: 'default',
    lane: 'transactional',
    hop: 1,
    attempt: 1,
    callId: `call-${message.messageId}`,
  },
  mayStillSend: () => true,
});
const inboxOf = async ({ messageId }: { messageId: string }): Promise<Listed[]> => {
  const { messages } = (await (await fetch(`${sandbox.url}/_sandbox/messages?reference=${messageId}`)).json()) as {
    messages: Listed[];
  };
  return messages;
};
const send = async <M extends { messageId: string }>(provider: Provider<M>, message: M): Promise<Listed[]> => {
  expect(provider.unsupported(message)).toBeUndefined();
  expect(await provider.send(callOf(message))).toMatchObject({ sent: true });
  return inboxOf(message);
};

/** What is legal, and what a provider is known to trip over. */
const mails: [string, Parameters<typeof anEmailRequest>[0]][] = [
  [
    'names with a comma, a semicolon, quotes and a backslash',
    {
      to: [{ email: 'ada@inbox.test', name: 'Lovelace, Ada; "Lady" \\' }],
      cc: [{ email: 'bob@inbox.test', name: 'Bee, Bob' }],
      replyTo: { email: 'desk@acme.test', name: 'Desk, Acme' },
    },
  ],
  ['names of other letters and signs', { to: [{ email: 'ada@inbox.test', name: '春 <Ada> @ work' }] }],
  ['a header of other letters', { headers: { 'X-Campaign': 'Frühjahr – 春' } }],
  ['tags of other letters, two of which are written alike', { tags: ['Frühling', 'Fruhling', '春'] }],
  [
    'a file whose name holds commas and semicolons, of one byte',
    { attachments: [{ filename: 'a, b; c.txt', content: 'YQ==', contentId: 'a.1_2@acme' }] },
  ],
  ['an internationalised domain, and a plus in the address', { to: [{ email: 'ada+news@bücher.example' }] }],
  ['a subject of one emoji and a body of one letter', { subject: '🎉', text: 'x' }],
];

describe.each<[string, () => Provider<EmailMessage>]>([
  ['SendGrid', () => sendgrid],
  ['Resend', () => resend],
])('an e-mail through %s', (_, provider) => {
  it.each(mails)('that holds %s is taken, once for each recipient', async (_title, parts) => {
    const message: EmailMessage = {
      ...anEmailRequest(parts),
      from: { email: 'no-reply@messaging.test', name: 'Acme, Inc.; "Shop"' },
    };
    const inbox = await send(provider(), message);
    const everyone = [...message.to, ...(message.cc ?? [])].map(({ email }) => email);
    expect(inbox.map(({ to }) => to).toSorted()).toEqual(everyone.toSorted());
    expect(inbox[0]).toMatchObject({ subject: message.subject });
  });
});

describe('a text through Twilio', () => {
  it.each(['A&B', 'Acme-Shop', 'Acme_Shop', '+Plus', 'Acme Shop 1', 'a'])('may come from the name %s', async (from) => {
    const message: SmsMessage = {
      ...anSmsRequest({ to: '+491701234567' }),
      kind: 'sms',
      from: anSmsRequest({ from }).from,
    };
    expect(await send(twilio, message)).toMatchObject([{ from, to: '+491701234567' }]);
  });
});
