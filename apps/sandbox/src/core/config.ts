import { templateSettings } from '#libs/templates';
import { z } from 'zod';

export const webAddress = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' });
export const secret = (description: string) => ({ description, secret: true });

/** The values of a setting that is a list, separated by commas. */
export const listed = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/** The sandbox's own settings, besides those of each simulator. */
export const coreSettings = {
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
  SANDBOX_SENDER_DOMAINS: z
    .string()
    .min(1)
    .default('messaging.test')
    .describe('Domains that are authenticated as senders, separated by commas; mail from others is refused.'),
  ...templateSettings,
};

const schema = z.object(coreSettings);
export type CoreConfig = z.infer<typeof schema>;

/** Injection token of the parsed configuration. */
export const SANDBOX_CONFIG = Symbol('sandbox configuration');

/** Injection token of the logger, which gets ids, counts and codes, never an address or content. */
export const SANDBOX_LOG = Symbol('sandbox log');
