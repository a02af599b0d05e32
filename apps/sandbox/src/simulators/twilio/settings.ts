import { z } from 'zod';
import { type CoreConfig, secret, webAddress } from '../../core/config.ts';

/** The settings of Twilio's simulator. */
export const twilioSettings = {
  SANDBOX_TWILIO_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .default(1_000)
    .describe('Texts that Twilio lets be in flight at the same time; more are answered 429 with 20429.'),
  SANDBOX_TWILIO_NUMBERS: z
    .string()
    .min(1)
    .default('+15005550006')
    .describe('Numbers the Twilio account owns, separated by commas.'),
  SANDBOX_TWILIO_INBOUND_URL: webAddress.optional().describe('Where replies to those numbers go. Unset: nowhere.'),
  SANDBOX_TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC and 32 hexadecimal digits')
    .default('AC5a4db0c05a4db0c05a4db0c05a4db0c0')
    .describe('The one Twilio account there is.'),
  SANDBOX_TWILIO_AUTH_TOKEN: z
    .string()
    .min(1)
    .default('5a4db0c0aa5a4db0c0aa5a4db0c0aa00')
    .meta(secret("The Twilio account's password; also signs status callbacks.")),
};

const schema = z.object(twilioSettings);
export type SandboxConfig = CoreConfig & z.infer<typeof schema>;
