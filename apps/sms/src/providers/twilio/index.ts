import type { SmsProviderDefinition } from '../definition.ts';
import { twilioChecks } from './account/twilio.checks.ts';
import { MESSAGING_SERVICE, type TwilioConfig, twilioSettings, twilioUrlFrom } from './account/twilio.config.ts';
import { TwilioDoctor } from './account/twilio.doctor.adapter.ts';
import { sendersOf } from './account/twilio.senders.policy.ts';
import { tryTwilio } from './account/twilio.smoke.ts';
import { twilioFailures } from './send/twilio.failures.ts';
import { twilioLimits } from './send/twilio.limits.ts';
import { twilioMedia } from './send/twilio.media.ts';
import { contentTemplatesOf } from './send/twilio.template.policy.ts';
import { OUTSIDE_WINDOW } from './webhook/twilio.receipts.policy.ts';

const inboundPath = 'twilio/inbound';

export const twilio: SmsProviderDefinition<TwilioConfig> = {
  name: 'twilio',
  label: 'Twilio',
  channel: 'sms',
  settings: twilioSettings,
  access: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'],
  baseUrl: 'TWILIO_BASE_URL',
  callTimeout: 'TWILIO_TIMEOUT_MS',
  rate: 'TWILIO_RATE_PER_S',
  answered5xx: 'TWILIO_ANSWERED_5XX',
  // A text waits at Twilio for up to 10 hours (ValidityPeriod), and then has failed. Callbacks come within seconds, and
  // one that is lost is not repeated (Twilio’s docs, Message resource and Outbound Message Status).
  receipts: { firstLookMs: 600_000, windowMs: 12 * 3_600_000, perMinute: 'TWILIO_RECEIPT_LOOKUPS_PER_MIN' },
  templateIds: /^HX/,
  media: twilioMedia,
  senderPools: MESSAGING_SERVICE,
  senderSettings: ['TWILIO_MESSAGING_SERVICE_SID'],
  contentTemplates: ({ TWILIO_CONTENT_TEMPLATES: known = {} }) => contentTemplatesOf(known),
  outsideWindow: OUTSIDE_WINDOW,
  async adapter(settings, { publicUrl }) {
    const { TwilioAdapter } = await import('./send/twilio.adapter.ts');
    return new TwilioAdapter({ ...settings, PUBLIC_URL: publicUrl });
  },
  webhooks: [
    {
      path: 'twilio/status',
      status: 204,
      async handler(context) {
        const { TwilioStatusWebhook } = await import('./webhook/twilio.status.webhook.ts');
        const webhook = new TwilioStatusWebhook(context);
        return (request) => webhook.receive(request);
      },
    },
    {
      path: inboundPath,
      status: 200,
      contentType: 'text/xml',
      async handler(context) {
        const { TwilioInboundWebhook } = await import('./webhook/twilio.inbound.webhook.ts');
        const webhook = new TwilioInboundWebhook(context);
        return (request) => webhook.receive(request);
      },
    },
  ],
  checks: twilioChecks,
  doctor(read, { publicUrlOf, timeoutMs }) {
    const sid = read('TWILIO_API_KEY_SID');
    return new TwilioDoctor({
      accountSid: read('TWILIO_ACCOUNT_SID')!,
      authToken: read('TWILIO_AUTH_TOKEN')!,
      apiKey: sid === undefined ? undefined : { sid, secret: read('TWILIO_API_KEY_SECRET') ?? '' },
      baseUrl: twilioUrlFrom(read),
      timeoutMs,
      senders: sendersOf(read),
      inboundUrl: publicUrlOf(`/webhooks/${inboundPath}`),
    });
  },
  smoke: tryTwilio,
  smokeUses: 'test credentials',
  toolSettings: [
    { name: 'TWILIO_TEST_ACCOUNT_SID', meaning: 'smoke --live: the account of Twilio’s test credentials.' },
    { name: 'TWILIO_TEST_AUTH_TOKEN', meaning: 'smoke --live: their token.', secret: true },
  ],
  failures: twilioFailures,
  limits: twilioLimits,
  sdk: ['twilio'],
};
