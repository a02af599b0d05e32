import { milliseconds, secret } from '#libs/contracts';
import { answered5xx, type SettingReader, providerRate, receiptLookups } from '#libs/providers';
import { z } from 'zod';

/** Settings of SendGrid. */
export const sendgridSettings = {
  SENDGRID_API_KEY: secret()
    .optional()
    .describe(
      'API key of SendGrid with the scope mail.send (and messages.read, to look up lost answers). Unset: ' +
        'SendGrid is not used.',
    ),
  SENDGRID_REGION: z
    .enum(['global', 'eu'])
    .default('global')
    .describe('Where the account is: eu for regional subusers in the EU, whose keys work there only.'),
  SENDGRID_BASE_URL: z
    .url()
    .optional()
    .describe(
      'Where its API is, where SENDGRID_REGION does not say it: a proxy, for instance. Default: ' +
        'https://api.sendgrid.com, in the region eu https://api.eu.sendgrid.com.',
    ),
  SENDGRID_RATE_PER_S: providerRate('SendGrid', 'SendGrid documents up to 10,000 for mail/send.'),
  SENDGRID_TIMEOUT_MS: milliseconds(10_000).describe('Give up on one call after this many milliseconds.'),
  SENDGRID_RECEIPT_LOOKUPS_PER_MIN: receiptLookups(
    'SendGrid',
    6,
    'Its Email Activity (an add-on) takes 6 a minute; up to 20 messages share one.',
  ),
  SENDGRID_ANSWERED_5XX: answered5xx('SendGrid'),
  SENDGRID_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(1_000)
    .describe('Most connections to SendGrid at a time, opened as they are needed: so many calls can be in flight.'),
  SENDGRID_WEBHOOK_PUBLIC_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/=\s,]+$/, 'must be one or more base64 public keys, separated by commas')
    .optional()
    .describe(
      'Public key of the signed event webhook (base64, from its settings page); two separated by a comma while ' +
        'rotating. Needed with SENDGRID_API_KEY.',
    ),
  SENDGRID_WEBHOOK_TOLERANCE_S: z.coerce
    .number()
    .int()
    .positive()
    .default(90_000)
    .describe(
      'Refuse event webhooks signed longer ago than this many seconds. SendGrid repeats failed ones for 24 hours.',
    ),
};

const apis = { global: 'https://api.sendgrid.com', eu: 'https://api.eu.sendgrid.com' };

/** The base URL of the API. */
export const sendgridUrlOf = ({
  SENDGRID_BASE_URL: given,
  SENDGRID_REGION: region,
}: Pick<SendgridConfig, 'SENDGRID_BASE_URL' | 'SENDGRID_REGION'>): string => given ?? apis[region];

/** The base URL of the API, read from the environment as tools do. */
export const sendgridUrlFrom = (read: SettingReader): string =>
  sendgridUrlOf({
    SENDGRID_BASE_URL: read('SENDGRID_BASE_URL'),
    SENDGRID_REGION: read('SENDGRID_REGION') === 'eu' ? 'eu' : 'global',
  });

const schema = z.object(sendgridSettings);
export type SendgridConfig = z.infer<typeof schema>;
