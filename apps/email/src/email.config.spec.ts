import { loadConfig } from '#libs/runtime';
import { describe, expect, it } from '@jest/globals';
import { attachmentTimeoutOf } from './attachments/attachments.config.ts';
import { emailSchema, usedOf } from './email.config.ts';
import { emailCatalogue } from './providers/catalogue.ts';

const common = {
  KAFKA_BROKERS: 'kafka:9092',
  DATABASE_URL: 'postgresql://db/messaging',
  RECIPIENT_HASH_KEY: 'x'.repeat(32),
  EMAIL_FROM: 'no-reply@messaging.test',
};
const sendgrid = { SENDGRID_API_KEY: 'SG.1', SENDGRID_WEBHOOK_PUBLIC_KEY: 'MFkw' };
const resend = { RESEND_API_KEY: 're_1', RESEND_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
const used = (env: Record<string, string>) =>
  usedOf(emailCatalogue, loadConfig(emailSchema, { ...common, ...env })).map(({ name }) => name);

describe('the e-mail providers', () => {
  it('are those with a key, SendGrid before Resend', () => {
    expect(used(sendgrid)).toEqual(['sendgrid']);
    expect(used(resend)).toEqual(['resend']);
    expect(used({ ...resend, ...sendgrid })).toEqual(['sendgrid', 'resend']);
  });

  it('come in the requested order, and one that was not named is not used', () => {
    expect(used({ ...sendgrid, ...resend, EMAIL_PROVIDERS: 'resend, sendgrid' })).toEqual(['resend', 'sendgrid']);
    expect(used({ ...sendgrid, ...resend, EMAIL_PROVIDERS: 'resend' })).toEqual(['resend']);
  });

  it('allow any time for attachments where none are fetched here; the default is half of a call’s time', () => {
    expect(used({ ...resend, ATTACHMENT_TIMEOUT_MS: '20000' })).toEqual(['resend']);
    expect(used({ ...sendgrid, SENDGRID_TIMEOUT_MS: '1000' })).toEqual(['sendgrid']);
    expect([
      attachmentTimeoutOf(undefined, 1_000),
      attachmentTimeoutOf(300, 1_000),
      attachmentTimeoutOf(undefined, 10_000),
    ]).toEqual([500, 300, 5_000]);
  });

  it.each([
    [{}, 'needs a key of a provider that EMAIL_PROVIDERS names: set SENDGRID_API_KEY or RESEND_API_KEY'],
    [{ ...sendgrid, EMAIL_PROVIDERS: 'resend' }, 'set RESEND_API_KEY'],
    [{ RESEND_API_KEY: 're_1' }, 'RESEND_WEBHOOK_SECRET is not set'],
    [{ SENDGRID_API_KEY: 'SG.1' }, 'SENDGRID_WEBHOOK_PUBLIC_KEY is not set'],
    [
      { ...sendgrid, ATTACHMENT_TIMEOUT_MS: '10000' },
      'ATTACHMENT_TIMEOUT_MS must be below SENDGRID_TIMEOUT_MS (10000)',
    ],
    [
      { ...sendgrid, SENDGRID_TIMEOUT_MS: '4000', ATTACHMENT_TIMEOUT_MS: '5000' },
      'ATTACHMENT_TIMEOUT_MS must be below SENDGRID_TIMEOUT_MS (4000)',
    ],
    [{ ...sendgrid, EMAIL_PROVIDERS: 'mailgun' }, 'EMAIL_PROVIDERS must be names out of sendgrid, resend'],
  ])('that cannot work stop the start: %j', (env, problem) => {
    expect(() => used(env)).toThrow(problem);
  });
});
