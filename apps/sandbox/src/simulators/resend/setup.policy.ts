import { z } from 'zod';
import { listed } from '../../core/config.ts';
import type { SandboxConfig } from './settings.ts';

/** The settings of the account at Resend: what a key may do, who may send. */
export const AccountSetup = z.strictObject({
  keyRevoked: z.boolean(),
  permission: z.enum(['full_access', 'sending_access']).describe('Of the API key.'),
  owner: z.string().describe('The own address: the only one that mail from resend.dev goes to.'),
  domains: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(['pending', 'verified', 'failed', 'not_started', 'partially_verified', 'partially_failed']),
    }),
  ),
});
export type AccountSetup = z.infer<typeof AccountSetup>;

const OWNER = 'owner@sandbox.test';

export function standardAccount(config: SandboxConfig): AccountSetup {
  return {
    keyRevoked: false,
    permission: 'full_access',
    owner: OWNER,
    domains: listed(config.SANDBOX_RESEND_DOMAINS ?? config.SANDBOX_SENDER_DOMAINS).map((name) => ({
      name,
      status: 'verified',
    })),
  };
}
