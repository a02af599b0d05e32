import { milliseconds, secret } from '#libs/contracts';
import { receiptLookups, type SettingReader } from '#libs/providers';
import { z } from 'zod';

const api = 'https://api.resend.com';

/** Settings of Resend. */
export const resendSettings = {
  RESEND_API_KEY: secret()
    .optional()
    .describe(
      'API key of Resend: sending access is enough; with full access lost answers of shared calls can be looked ' +
        'up, too. Unset: Resend is not used.',
    ),
  RESEND_BASE_URL: z.url().default(api).describe('Where its API is.'),
  RESEND_RATE_PER_S: z.coerce
    .number()
    .positive()
    .default(5)
    .describe(
      'Most messages a second to Resend, of all replicas together, those that share a call included. Resend lets ' +
        'a team make 5 requests a second unless it was raised.',
    ),
  RESEND_RECEIPT_LOOKUPS_PER_MIN: receiptLookups(
    'Resend',
    60,
    'They count to the 5 requests a second of the team, and need a key with full access.',
  ),
  RESEND_TIMEOUT_MS: milliseconds(10_000).describe('Give up on one call after this many milliseconds.'),
  RESEND_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('Most connections to Resend at a time, opened as they are needed.'),
  RESEND_WEBHOOK_SECRET: secret(
    z
      .string()
      .regex(
        /^\s*(whsec_)?[A-Za-z0-9+/=]+\s*(,\s*(whsec_)?[A-Za-z0-9+/=]+\s*)*$/,
        'must be one or more signing secrets (whsec_…), separated by commas',
      ),
  )
    .optional()
    .describe(
      'Signing secret of the webhook (whsec_…, from its page); two separated by a comma while rotating. Needed ' +
        'with RESEND_API_KEY.',
    ),
  RESEND_WEBHOOK_TOLERANCE_S: z.coerce
    .number()
    .int()
    .positive()
    .default(300)
    .describe('Refuse webhooks signed longer ago than this many seconds; each repeat is signed anew.'),
};

/** The base URL of the API, read from the environment as tools do. */
export const resendUrlFrom = (read: SettingReader): string => read('RESEND_BASE_URL') ?? api;

const schema = z.object(resendSettings);
export type ResendConfig = z.infer<typeof schema>;
