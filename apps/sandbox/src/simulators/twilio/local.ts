import { randomBytes } from 'node:crypto';
import type { LocalUse } from '../../core/simulator.ts';

/** Twilio's own valid test number. */
const STANDARD_SENDER = '+15005550006';

export const local: LocalUse = {
  secrets: () => ({
    sandboxTwilioAccountSid: `AC${randomBytes(16).toString('hex')}`,
    sandboxTwilioAuthToken: randomBytes(16).toString('hex'),
  }),
  service: (secrets, sandboxUrl) => ({
    TWILIO_ACCOUNT_SID: secrets['sandboxTwilioAccountSid']!,
    TWILIO_AUTH_TOKEN: secrets['sandboxTwilioAuthToken']!,
    TWILIO_BASE_URL: sandboxUrl,
  }),
  sandbox: (secrets, { env, serviceUrl }) => ({
    SANDBOX_TWILIO_NUMBERS: env['SMS_FROM'] || STANDARD_SENDER,
    SANDBOX_TWILIO_ACCOUNT_SID: secrets['sandboxTwilioAccountSid']!,
    SANDBOX_TWILIO_AUTH_TOKEN: secrets['sandboxTwilioAuthToken']!,
    SANDBOX_TWILIO_INBOUND_URL: `${(env['SMS_PUBLIC_URL'] || serviceUrl).replace(/\/$/, '')}/webhooks/twilio/inbound`,
  }),
};
