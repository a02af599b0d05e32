import { z } from 'zod';
import { type CoreConfig, secret, webAddress } from '../../core/config.ts';

/** The settings of SendGrid's simulator. */
export const sendgridSettings = {
  SANDBOX_SENDGRID_API_KEY: z
    .string()
    .min(1)
    .default('SG.sandbox')
    .meta(secret('The one SendGrid API key that is accepted.')),
  SANDBOX_SENDGRID_WEBHOOK_URL: webAddress
    .optional()
    .describe('Where SendGrid events are posted. Unset: no event webhooks.'),
  SANDBOX_SENDGRID_PRIVATE_KEY: z
    .base64()
    .min(1)
    .optional()
    .meta(secret('Signs SendGrid events: P-256 private key, base64 of PKCS8 DER. Unset: events are not signed.')),
};

const schema = z.object(sendgridSettings);
export type SandboxConfig = CoreConfig & z.infer<typeof schema>;
