import { z } from 'zod';
import { listed } from '../../core/config.ts';
import type { SandboxConfig } from './settings.ts';

/** The settings of the account at SendGrid: what a key may do, who may send. */
export const AccountSetup = z.strictObject({
  keyRevoked: z.boolean(),
  scopes: z.array(z.string()).describe('What the API key may do.'),
  domains: z.array(z.strictObject({ domain: z.string(), valid: z.boolean() })).describe('Authenticated domains.'),
  senders: z.array(z.strictObject({ email: z.string(), verified: z.boolean() })).describe('Verified single senders.'),
  maxWebhooks: z.number().int().min(0).max(100),
});
export type AccountSetup = z.infer<typeof AccountSetup>;

/** A well configured account with no more rights than it needs. */
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
  'templates.versions.create',
];

export function standardAccount(config: SandboxConfig): AccountSetup {
  return {
    keyRevoked: false,
    scopes: [...standardScopes],
    domains: listed(config.SANDBOX_SENDER_DOMAINS).map((domain) => ({ domain, valid: true })),
    senders: [],
    maxWebhooks: 5,
  };
}
