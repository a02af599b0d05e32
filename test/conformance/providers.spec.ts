import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeAdapter, describeWebhook, SandboxControl } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emailSchema } from '../../apps/email/src/email.config.ts';
import { emailCatalogue } from '../../apps/email/src/providers/catalogue.ts';
import { EmailModule } from '../../apps/email/src/email.module.ts';
import { SandboxConfig } from '../../apps/sandbox/src/sandbox.config.ts';
import { createLog } from '../../apps/sandbox/src/core/log.ts';
import { createSandbox, type Sandbox } from '../../apps/sandbox/src/sandbox.ts';
import { smsSchema } from '../../apps/sms/src/sms.config.ts';
import { smsCatalogue } from '../../apps/sms/src/providers/catalogue.ts';
import { SmsModule } from '../../apps/sms/src/sms.module.ts';
import { resend, resendKey, resendSecret, resendWebhook } from './resend.ts';
import { sendgrid, sendgridKey, sendgridKeys, sendgridWebhook } from './sendgrid.ts';
import { type ChannelService, startService } from './service.ts';
import { CountedEvents, FinishedSpans } from './telemetry.ts';
import { twilio, twilioAccount, twilioPublicUrl, twilioToken, twilioWebhook } from './twilio.ts';

const apps = join(import.meta.dirname, '..', '..', 'apps');
const foldersOf = (app: string) =>
  readdirSync(join(apps, app, 'src', 'providers'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

let sandbox: Sandbox;
let control: SandboxControl;
let services: Record<'email' | 'sms', ChannelService>;
let spans: FinishedSpans;

beforeAll(async () => {
  spans = new FinishedSpans();
  const counts = new CountedEvents();
  sandbox = await createSandbox(
    SandboxConfig.parse({
      HTTP_PORT: '0',
      SANDBOX_WEBHOOK_DELAY_MS: '20',
      SANDBOX_RESEND_RATE_PER_S: '100000',
      SANDBOX_SENDGRID_API_KEY: sendgridKey,
      SANDBOX_SENDGRID_PRIVATE_KEY: sendgridKeys.private,
      SANDBOX_RESEND_API_KEY: resendKey,
      SANDBOX_RESEND_WEBHOOK_SECRET: resendSecret,
      SANDBOX_TWILIO_ACCOUNT_SID: twilioAccount,
      SANDBOX_TWILIO_AUTH_TOKEN: twilioToken,
    }),
    createLog('silent'),
  );
  control = new SandboxControl(sandbox.url);
  const common = {
    HTTP_PORT: '0',
    RECIPIENT_HASH_KEY: 'only for the conformance suite',
    OPERATOR_TOKENS: 'token-of-an-operator',
  };
  const [email, sms] = await Promise.all([
    startService(
      {
        name: 'email',
        schema: emailSchema,
        module: EmailModule,
        env: {
          ...common,
          EMAIL_FROM: 'no-reply@messaging.test',
          SENDGRID_API_KEY: sendgridKey,
          SENDGRID_BASE_URL: sandbox.url,
          SENDGRID_WEBHOOK_PUBLIC_KEY: sendgridKeys.public,
          RESEND_API_KEY: resendKey,
          RESEND_BASE_URL: sandbox.url,
          RESEND_WEBHOOK_SECRET: resendSecret,
        },
        postgres: 'empty',
      },
      spans,
      counts,
    ),
    startService(
      {
        name: 'sms',
        schema: smsSchema,
        module: SmsModule,
        env: {
          ...common,
          PUBLIC_URL: twilioPublicUrl,
          SMS_FROM: '+15005550006',
          TWILIO_ACCOUNT_SID: twilioAccount,
          TWILIO_AUTH_TOKEN: twilioToken,
          TWILIO_BASE_URL: sandbox.url,
        },
      },
      spans,
      counts,
    ),
  ]);
  services = { email, sms };
}, 60_000);

afterAll(async () => {
  await Promise.all([sandbox.close(), services.email.close(), services.sms.close()]);
  await spans.close();
}, 20_000);

describe('the providers', () => {
  const described = (of: Record<string, { provider: string }>) =>
    Object.values(of)
      .map(({ provider }) => provider)
      .toSorted();

  it('all stand in the suite, adapter and webhook, for e-mail and for texts', () => {
    const [email, sms] = [emailCatalogue, smsCatalogue].map((all) => all.map(({ name }) => name).toSorted());
    expect([foldersOf('email').toSorted(), foldersOf('sms').toSorted()]).toEqual([email, sms]);
    expect([described({ sendgrid, resend }), described({ twilio })]).toEqual([email, sms]);
    expect([described({ sendgridWebhook, resendWebhook }), described({ twilioWebhook })]).toEqual([email, sms]);
  });
});

describeAdapter(sendgrid, () => control);
describeAdapter(resend, () => control);
describeAdapter(twilio, () => control);
describeWebhook(sendgridWebhook, () => services.email);
describeWebhook(resendWebhook, () => services.email);
describeWebhook(twilioWebhook, () => services.sms);
