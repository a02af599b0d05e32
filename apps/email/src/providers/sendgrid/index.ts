import { listedIn } from '#libs/providers';
import { mailboxOf } from '../../email-message.ts';
import type { EmailProviderDefinition } from '../definition.ts';
import { sendgridChecks } from './account/sendgrid.checks.ts';
import { type SendgridConfig, sendgridSettings, sendgridUrlFrom, sendgridUrlOf } from './account/sendgrid.config.ts';
import { SendgridDoctor } from './account/sendgrid.doctor.adapter.ts';
import { SendgridLists } from './account/sendgrid.lists.adapter.ts';
import { trySendgrid } from './account/sendgrid.smoke.ts';
import { sendgridFailures } from './send/sendgrid.failures.ts';
import { sendgridRequests } from './send/sendgrid.options.ts';
import { sendgridLimits } from './send/sendgrid.limits.ts';

const webhookPath = 'sendgrid';

export const sendgrid: EmailProviderDefinition<SendgridConfig> = {
  name: 'sendgrid',
  label: 'SendGrid',
  channel: 'email',
  settings: sendgridSettings,
  access: ['SENDGRID_API_KEY'],
  alsoNeeded: ['SENDGRID_WEBHOOK_PUBLIC_KEY'],
  baseUrl: 'SENDGRID_BASE_URL',
  callTimeout: 'SENDGRID_TIMEOUT_MS',
  rate: 'SENDGRID_RATE_PER_S',
  answered5xx: 'SENDGRID_ANSWERED_5XX',
  // SendGrid itself tries to deliver for up to 72 hours; its events come within 30 seconds and are repeated for 24
  // hours (SendGrid’s docs, Event Webhook).
  receipts: { firstLookMs: 3_600_000, windowMs: 72 * 3_600_000, perMinute: 'SENDGRID_RECEIPT_LOOKUPS_PER_MIN' },
  filesFetchedBy: 'us',
  templateIds: /^d-/,
  requests: sendgridRequests,
  async adapter(settings, { attachments }) {
    const { SendgridAdapter } = await import('./send/sendgrid.adapter.ts');
    const access = { SENDGRID_API_KEY: settings.SENDGRID_API_KEY!, SENDGRID_BASE_URL: sendgridUrlOf(settings) };
    return new SendgridAdapter({ ...settings, ...access }, attachments);
  },
  webhooks: [
    {
      path: webhookPath,
      status: 204,
      async handler(context) {
        const { SendgridWebhook } = await import('./webhook/sendgrid.webhook.ts');
        const webhook = new SendgridWebhook(context);
        return (request) => webhook.receive(request);
      },
    },
  ],
  lists: (settings, stopping) =>
    new SendgridLists({
      apiKey: settings.SENDGRID_API_KEY!,
      baseUrl: sendgridUrlOf(settings),
      timeoutMs: settings.SENDGRID_TIMEOUT_MS,
      stopping,
    }),
  checks: sendgridChecks,
  doctor(read, { publicUrlOf, timeoutMs }) {
    const apiKey = read('SENDGRID_API_KEY')!;
    const from = read('EMAIL_FROM');
    return new SendgridDoctor({
      apiKey,
      doctorKey: read('DOCTOR_SENDGRID_API_KEY') ?? apiKey,
      baseUrl: sendgridUrlFrom(read),
      timeoutMs,
      from: from === undefined ? undefined : mailboxOf(from).email,
      webhookUrl: publicUrlOf(`/webhooks/${webhookPath}`),
      webhookKeys: listedIn(read('SENDGRID_WEBHOOK_PUBLIC_KEY')),
    });
  },
  smoke: trySendgrid,
  smokeUses: 'sandbox mode',
  toolSettings: [
    {
      name: 'DOCTOR_SENDGRID_API_KEY',
      meaning: 'doctor: a key with more scopes, for the time of its look (docs/accounts.md). Unset: SENDGRID_API_KEY.',
      secret: true,
    },
  ],
  failures: sendgridFailures,
  limits: sendgridLimits,
  sdk: ['@sendgrid/mail'],
};
