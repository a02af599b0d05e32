import { templateSettings } from '#libs/templates';
import { z } from 'zod';

const webAddress = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' });
const secret = (description: string) => ({ description, secret: true });

/** Every setting that the sandbox reads from its environment. */
export const SandboxConfig = z.object({
  HTTP_HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Only a loopback address, unless SANDBOX_ALLOW_REMOTE is true.'),
  HTTP_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(4010)
    .describe('Port to listen on; 0 takes any free one.'),
  SANDBOX_ALLOW_REMOTE: z
    .stringbool()
    .default(false)
    .describe(
      'Whether other machines may reach the sandbox, whose page shows every message to anyone (true or false).',
    ),
  SANDBOX_DATA_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('File that keeps accepted messages over a restart, as JSON lines. Unset: memory only.'),
  SANDBOX_MAX_MESSAGES: z.coerce
    .number()
    .int()
    .min(1)
    .default(200_000)
    .describe('Messages kept in memory; beyond this number the oldest are forgotten.'),
  SANDBOX_WEBHOOK_DELAY_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .default(100)
    .describe('From acceptance to the first webhook, and from each webhook to the next, in milliseconds.'),
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
  SANDBOX_SENDER_DOMAINS: z
    .string()
    .min(1)
    .default('messaging.test')
    .describe('Domains that are authenticated as senders, separated by commas; mail from others is refused.'),
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
  ...templateSettings,
});
export type SandboxConfig = z.infer<typeof SandboxConfig>;

/** Injection token of the parsed configuration. */
export const SANDBOX_CONFIG = Symbol('sandbox configuration');
