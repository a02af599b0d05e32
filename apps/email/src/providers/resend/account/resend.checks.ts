import type { CheckTable } from '#libs/providers';

/** The doctor's checks, and what their findings mean (Resend’s API reference). */
export const resendChecks = {
  'resend.key': {
    title: 'Resend accepts RESEND_API_KEY',
    meaning: 'Nothing can be sent through Resend: it refuses the key, or cannot be reached.',
    remedy: 'Create an API key in Resend under API Keys (sending access is enough) and set RESEND_API_KEY to it.',
  },
  'resend.permission': {
    title: 'What the key may do',
    meaning: 'A key with sending access sends, and can look at nothing: not at domains, not at webhooks.',
    remedy:
      'Leave it so, and give the doctor a key with full access as DOCTOR_RESEND_API_KEY for the time of its look.',
  },
  'resend.domain': {
    title: 'The domain of EMAIL_FROM is verified',
    meaning: 'Resend refuses mail from a domain that is not verified (403).',
    remedy:
      'Add the domain of EMAIL_FROM in Resend under Domains, exactly as it stands in the address, and set the ' +
      'DNS records it shows.',
  },
  'resend.webhook': {
    title: 'An enabled webhook points to us',
    meaning:
      'Messages stay at sent: no delivery, bounce or complaint is ever heard of. Resend disables a webhook that ' +
      'keeps failing.',
    remedy:
      'npm run doctor -- --fix registers or enables it; or add one by hand for the address named (Webhooks → Add).',
  },
  'resend.webhook-events': {
    title: 'The webhook reports every kind of event',
    meaning: 'What is not chosen is not heard of: statuses stay behind, or complaints are missed.',
    remedy: 'npm run doctor -- --fix adds them.',
  },
  'resend.webhook-signing': {
    title: 'We hold the webhook’s signing secret',
    meaning: 'Every event is refused: the signature does not fit the secret.',
    remedy:
      'npm run doctor -- --fix writes the secret to a file, where Resend still shows it; set ' +
      'RESEND_WEBHOOK_SECRET_FILE to it and restart the email service.',
  },
  'resend.clock': {
    title: 'Our clock agrees with Resend’s',
    meaning: 'Webhooks that seem older or newer than five minutes are refused.',
    remedy: 'Synchronise the clock of this machine (NTP).',
  },
} satisfies CheckTable;

/** The event types that we use: about an e-mail, and about Resend's own suppression list. */
export const webhookEvents = [
  'email.sent',
  'email.scheduled',
  'email.delivered',
  'email.delivery_delayed',
  'email.complained',
  'email.bounced',
  'email.opened',
  'email.clicked',
  'email.failed',
  'email.suppressed',
  'suppression.added',
  'suppression.removed',
] as const;
