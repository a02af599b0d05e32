import { describeOddWebhooks, describeRefusedRecords } from '#libs/testing';
import { afterAll, beforeAll } from '@jest/globals';
import { emailSchema } from '../../apps/email/src/email.config.ts';
import { EmailModule } from '../../apps/email/src/email.module.ts';
import { smsSchema } from '../../apps/sms/src/sms.config.ts';
import { SmsModule } from '../../apps/sms/src/sms.module.ts';
import { oddResend, resendKey, resendSecret } from './resend.ts';
import { oddSendgrid, sendgridKey, sendgridKeys } from './sendgrid.ts';
import { type ChannelService, startService } from './service.ts';
import { CountedEvents, FinishedSpans } from './telemetry.ts';
import { oddReplies, oddTwilio, twilioAccount, twilioPublicUrl, twilioToken } from './twilio.ts';

let services: Record<'email' | 'sms', ChannelService>;
let spans: FinishedSpans;

beforeAll(async () => {
  spans = new FinishedSpans();
  const counts = new CountedEvents();
  const common = { RECIPIENT_HASH_KEY: 'only for the conformance suite', LOG_LEVEL: 'error' };
  const email = {
    EMAIL_FROM: 'no-reply@messaging.test',
    SENDGRID_API_KEY: sendgridKey,
    SENDGRID_WEBHOOK_PUBLIC_KEY: sendgridKeys.public,
    RESEND_API_KEY: resendKey,
    RESEND_WEBHOOK_SECRET: resendSecret,
  };
  const sms = {
    PUBLIC_URL: twilioPublicUrl,
    SMS_FROM: '+15005550006',
    TWILIO_ACCOUNT_SID: twilioAccount,
    TWILIO_AUTH_TOKEN: twilioToken,
  };
  services = {
    email: await startService(
      { name: 'email', schema: emailSchema, module: EmailModule, env: { ...common, ...email }, postgres: 'empty' },
      spans,
      counts,
    ),
    sms: await startService(
      { name: 'sms', schema: smsSchema, module: SmsModule, env: { ...common, ...sms }, postgres: 'empty' },
      spans,
      counts,
    ),
  };
}, 60_000);

afterAll(async () => {
  await Promise.all([services.email.close(), services.sms.close()]);
  await spans.close();
}, 20_000);

describeOddWebhooks(oddSendgrid, () => services.email);
describeOddWebhooks(oddResend, () => services.email);
describeOddWebhooks(oddTwilio, () => services.sms);
describeOddWebhooks(oddReplies, () => services.sms);

for (const webhook of [oddSendgrid, oddResend]) describeRefusedRecords(webhook, () => services.email);
for (const webhook of [oddTwilio, oddReplies]) describeRefusedRecords(webhook, () => services.sms);
