import { listedIn } from '#libs/providers';
import { mailboxOf } from '../../email-message.ts';
import type { EmailProviderDefinition } from '../definition.ts';
import { resendChecks } from './account/resend.checks.ts';
import { type ResendConfig, resendSettings, resendUrlFrom } from './account/resend.config.ts';
import { ResendDoctor } from './account/resend.doctor.adapter.ts';
import { ResendLists } from './account/resend.lists.adapter.ts';
import { tryResend } from './account/resend.smoke.ts';
import { resendFailures } from './send/resend.failures.ts';
import { resendLimits } from './send/resend.limits.ts';

const webhookPath = 'resend';

export const resend: EmailProviderDefinition<ResendConfig> = {
  name: 'resend',
  label: 'Resend',
  channel: 'email',
  settings: resendSettings,
  access: ['RESEND_API_KEY'],
  alsoNeeded: ['RESEND_WEBHOOK_SECRET'],
  baseUrl: 'RESEND_BASE_URL',
  callTimeout: 'RESEND_TIMEOUT_MS',
  rate: 'RESEND_RATE_PER_S',
  // It repeats webhooks for a day; how long it tries to deliver is documented nowhere: as long as mail servers do
  // (Resend’s docs, Retries and Replays).
  receipts: { firstLookMs: 3_600_000, windowMs: 72 * 3_600_000, perMinute: 'RESEND_RECEIPT_LOOKUPS_PER_MIN' },
  filesFetchedBy: 'provider',
  async adapter(settings) {
    const { ResendAdapter } = await import('./send/resend.adapter.ts');
    return new ResendAdapter({ ...settings, RESEND_API_KEY: settings.RESEND_API_KEY! });
  },
  webhooks: [
    {
      path: webhookPath,
      status: 204,
      async handler(context) {
        const { ResendWebhook } = await import('./webhook/resend.webhook.ts');
        const webhook = new ResendWebhook(context);
        return (request) => webhook.receive(request);
      },
    },
  ],
  lists: (settings, stopping) =>
    new ResendLists({
      apiKey: settings.RESEND_API_KEY!,
      baseUrl: settings.RESEND_BASE_URL,
      timeoutMs: settings.RESEND_TIMEOUT_MS,
      stopping,
    }),
  checks: resendChecks,
  doctor(read, { publicUrlOf, timeoutMs }) {
    const apiKey = read('RESEND_API_KEY')!;
    const from = read('EMAIL_FROM');
    return new ResendDoctor({
      apiKey,
      doctorKey: read('DOCTOR_RESEND_API_KEY') ?? apiKey,
      baseUrl: resendUrlFrom(read),
      timeoutMs,
      from: from === undefined ? undefined : mailboxOf(from).email,
      webhookUrl: publicUrlOf(`/webhooks/${webhookPath}`),
      webhookSecrets: listedIn(read('RESEND_WEBHOOK_SECRET')),
    });
  },
  smoke: tryResend,
  smokeUses: 'test addresses',
  toolSettings: [
    {
      name: 'DOCTOR_RESEND_API_KEY',
      meaning: 'doctor: a key with full access, for the time of its look (docs/accounts.md). Unset: RESEND_API_KEY.',
      secret: true,
    },
  ],
  failures: resendFailures,
  limits: resendLimits,
  sdk: ['resend'],
};
