import { randomBytes } from 'node:crypto';
import type { LocalUse } from '../../core/simulator.ts';

export const local: LocalUse = {
  secrets: () => ({
    sandboxResendApiKey: `re_${randomBytes(24).toString('base64url')}`,
    sandboxResendWebhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
  }),
  service: (secrets, sandboxUrl) => ({
    RESEND_API_KEY: secrets['sandboxResendApiKey']!,
    RESEND_BASE_URL: sandboxUrl,
    RESEND_WEBHOOK_SECRET: secrets['sandboxResendWebhookSecret']!,
  }),
  sandbox: (secrets, { serviceUrl }) => ({
    SANDBOX_RESEND_API_KEY: secrets['sandboxResendApiKey']!,
    SANDBOX_RESEND_WEBHOOK_URL: `${serviceUrl}/webhooks/resend`,
    SANDBOX_RESEND_WEBHOOK_SECRET: secrets['sandboxResendWebhookSecret']!,
  }),
};
