import { sendgridUrlOf } from '../../../email/src/providers/sendgrid/account/sendgrid.config.ts';
import type { Env } from './env.ts';

/** Where SendGrid's API is, as the email service takes it from the same settings. */
export const sendgridUrl = (env: Env): string =>
  sendgridUrlOf({
    SENDGRID_BASE_URL: env['SENDGRID_BASE_URL'] || undefined,
    SENDGRID_REGION: env['SENDGRID_REGION'] === 'eu' ? 'eu' : 'global',
  });
