import { z } from 'zod';
import { type CoreConfig, secret, webAddress } from '../../core/config.ts';

/** The settings of Resend's simulator. */
export const resendSettings = {
  SANDBOX_RESEND_API_KEY: z
    .string()
    .min(1)
    .default('re_sandbox')
    .meta(secret('The one Resend API key that is accepted.')),
  SANDBOX_RESEND_WEBHOOK_URL: webAddress.optional().describe('Where Resend events are posted. Unset: no webhooks.'),
  SANDBOX_RESEND_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, 'must be whsec_ and base64')
    .default('whsec_c2FuZGJveC1zaWduaW5nLXNlY3JldC1vZi1yZXNlbmQ=')
    .meta(secret('Signs Resend events: whsec_ and base64.')),
  SANDBOX_RESEND_DOMAINS: z
    .string()
    .min(1)
    .optional()
    .describe('Domains that are verified at Resend, separated by commas. Unset: those of SANDBOX_SENDER_DOMAINS.'),
  SANDBOX_RESEND_RATE_PER_S: z.coerce
    .number()
    .int()
    .min(1)
    .default(5)
    .describe('Requests a second that Resend lets the team make; more are answered 429.'),
};

const schema = z.object(resendSettings);
export type SandboxConfig = CoreConfig & z.infer<typeof schema>;
