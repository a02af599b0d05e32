import { json, milliseconds, secret } from '#libs/contracts';
import { answered5xx, type SettingReader, providerRate, receiptLookups } from '#libs/providers';
import { z } from 'zod';
import { ContentTemplates } from '../send/twilio.template.policy.ts';

/** Twilio's id of a messaging service. */
export const MESSAGING_SERVICE = /^MG[0-9a-fA-F]{32}$/;

const api = 'https://api.twilio.com';

/** Settings of Twilio. */
export const twilioSettings = {
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC followed by 32 hex digits')
    .describe('The account.'),
  TWILIO_AUTH_TOKEN: secret().describe(
    'Its auth token. Also verifies webhooks, so it is needed even where an API key sends.',
  ),
  TWILIO_AUTH_TOKEN_PREVIOUS: secret()
    .optional()
    .describe('While the auth token is changed: the other one, whose signatures on webhooks are taken as well.'),
  TWILIO_API_KEY_SID: z
    .string()
    .regex(/^SK[0-9a-fA-F]{32}$/, 'must be SK followed by 32 hex digits')
    .optional()
    .describe('API key to send with instead of the auth token.'),
  TWILIO_API_KEY_SECRET: secret().optional().describe('Secret of that API key.'),
  TWILIO_MESSAGING_SERVICE_SID: z
    .string()
    .regex(MESSAGING_SERVICE, 'must be MG followed by 32 hex digits')
    .optional()
    .describe('Messaging service that picks the sender of SMS and MMS where SMS_SENDERS and SMS_FROM have none.'),
  TWILIO_CONTENT_TEMPLATES: json(ContentTemplates)
    .optional()
    .describe(
      'Approved content templates by the name that requests use, as JSON: ' +
        '{"order-shipped":"HX…","order-shipped@2":"HX…"}.',
    ),
  TWILIO_BASE_URL: z.url().default(api).describe('Where its API is.'),
  TWILIO_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(100)
    .describe(
      'Most connections to Twilio at a time, opened as they are needed: so many calls can be in flight. Twilio ' +
        'limits them per account.',
    ),
  TWILIO_RATE_PER_S: providerRate('Twilio', 'Twilio publishes no figure; it limits calls in flight.'),
  TWILIO_RECEIPT_LOOKUPS_PER_MIN: receiptLookups('Twilio', 300, 'Twilio publishes no figure.'),
  TWILIO_ANSWERED_5XX: answered5xx('Twilio'),
  TWILIO_TIMEOUT_MS: milliseconds(10_000).describe('Give up on one call after this many milliseconds.'),
};

/** The base URL of the API, read from the environment as tools do. */
export const twilioUrlFrom = (read: SettingReader): string => read('TWILIO_BASE_URL') ?? api;

const schema = z.object(twilioSettings);
export type TwilioConfig = z.infer<typeof schema>;
