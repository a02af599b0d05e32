import { z } from 'zod';
import type { SandboxConfig } from '../../sandbox.config.ts';

/** How the accounts are set up: what a key may, who may send, where replies go. */
export const Account = z.strictObject({
  clockSkewSeconds: z.number().int().min(-86_400).max(86_400).describe('How far the providers’ clocks go before ours.'),
  sendgrid: z.strictObject({
    keyRevoked: z.boolean(),
    scopes: z.array(z.string()).describe('What the API key may do.'),
    domains: z.array(z.strictObject({ domain: z.string(), valid: z.boolean() })).describe('Authenticated domains.'),
    senders: z.array(z.strictObject({ email: z.string(), verified: z.boolean() })).describe('Verified single senders.'),
    maxWebhooks: z.number().int().min(0).max(100),
  }),
  resend: z.strictObject({
    keyRevoked: z.boolean(),
    permission: z.enum(['full_access', 'sending_access']).describe('Of the API key.'),
    owner: z.string().describe('The own address: the only one that mail from resend.dev goes to.'),
    domains: z.array(
      z.strictObject({
        name: z.string(),
        status: z.enum(['pending', 'verified', 'failed', 'not_started', 'partially_verified', 'partially_failed']),
      }),
    ),
  }),
  twilio: z.strictObject({
    keyRevoked: z.boolean(),
    status: z.enum(['active', 'suspended', 'closed']),
    type: z.enum(['Full', 'Trial']),
    numbers: z.array(z.strictObject({ sid: z.string(), number: z.string(), sms: z.boolean(), inboundUrl: z.string() })),
    services: z.array(
      z.strictObject({
        sid: z.string(),
        inboundUrl: z.string().nullable(),
        useInboundOnNumber: z.boolean(),
        numbers: z.array(z.string()),
      }),
    ),
  }),
});
export type Account = z.infer<typeof Account>;

/** A body of PUT /_sandbox/account: what it does not name stays as it is. */
export const AccountChange = z.strictObject({
  clockSkewSeconds: Account.shape.clockSkewSeconds.optional(),
  sendgrid: Account.shape.sendgrid.partial().optional(),
  resend: Account.shape.resend.partial().optional(),
  twilio: Account.shape.twilio.partial().optional(),
});
export type AccountChange = z.infer<typeof AccountChange>;

/** A well set-up account with no more than it needs. */
const standardScopes = [
  'mail.send',
  'mail.batch.create',
  'messages.read',
  'suppression.read',
  'asm.groups.suppressions.read',
  'user.webhooks.event.settings.read',
  'user.webhooks.event.settings.update',
  'whitelabel.read',
  'templates.create',
  'templates.read',
  'templates.update',
  'templates.delete',
  'templates.versions.create',
  'templates.versions.read',
  'templates.versions.update',
  'templates.versions.delete',
  'templates.versions.activate.create',
];

const OWNER = 'owner@sandbox.test';

const listed = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

export function standardAccount(config: SandboxConfig): Account {
  const inboundUrl = config.SANDBOX_TWILIO_INBOUND_URL ?? '';
  return {
    clockSkewSeconds: 0,
    sendgrid: {
      keyRevoked: false,
      scopes: [...standardScopes],
      domains: listed(config.SANDBOX_SENDER_DOMAINS).map((domain) => ({ domain, valid: true })),
      senders: [],
      maxWebhooks: 5,
    },
    resend: {
      keyRevoked: false,
      permission: 'full_access',
      owner: OWNER,
      domains: listed(config.SANDBOX_RESEND_DOMAINS ?? config.SANDBOX_SENDER_DOMAINS).map((name) => ({
        name,
        status: 'verified',
      })),
    },
    twilio: {
      keyRevoked: false,
      status: 'active',
      type: 'Full',
      numbers: listed(config.SANDBOX_TWILIO_NUMBERS).map((number, index) => ({
        sid: sidOf('PN', index),
        number,
        sms: true,
        inboundUrl,
      })),
      services: [],
    },
  };
}

const sidOf = (prefix: string, index: number) => `${prefix}${(index + 1).toString(16).padStart(32, '0')}`;

export function changed(account: Account, change: AccountChange): Account {
  return {
    clockSkewSeconds: change.clockSkewSeconds ?? account.clockSkewSeconds,
    sendgrid: { ...account.sendgrid, ...change.sendgrid },
    resend: { ...account.resend, ...change.resend },
    twilio: { ...account.twilio, ...change.twilio },
  };
}
