import type { CheckTable } from '#libs/providers';

/** The doctor's checks, and what their findings mean (SendGrid’s API reference). */
export const sendgridChecks = {
  'sendgrid.key': {
    title: 'SendGrid accepts SENDGRID_API_KEY',
    meaning: 'Nothing can be sent: SendGrid refuses the key, or cannot be reached.',
    remedy:
      'Create an API key in SendGrid under Settings → API Keys and set SENDGRID_API_KEY to it; EU accounts also ' +
      'set SENDGRID_REGION=eu.',
  },
  'sendgrid.scopes': {
    title: 'The key holds the scopes that are needed',
    meaning: 'Without mail.send nothing can be sent; without the other scopes named, something works less well.',
    remedy: 'Add the scopes named to the key (Settings → API Keys → Edit).',
  },
  'sendgrid.power': {
    title: 'The key holds no powerful scopes that nothing here uses',
    meaning: 'Whoever gets hold of this key can do more than send: make keys, let people in, see bills.',
    remedy: 'Use a key with restricted access that holds only the scopes listed in docs/accounts.md.',
  },
  'sendgrid.sender': {
    title: 'The sender of EMAIL_FROM is authenticated or verified',
    meaning: 'SendGrid refuses mail from a sender it does not know (403), or receivers distrust it.',
    remedy:
      'Authenticate the domain of EMAIL_FROM in SendGrid (Settings → Sender Authentication) and set the DNS ' +
      'records it shows; for a first try a verified single sender is enough.',
  },
  'sendgrid.webhook': {
    title: 'An enabled event webhook points to us',
    meaning: 'Messages stay at sent: no delivery, bounce or unsubscribe is ever heard of.',
    remedy:
      'npm run doctor -- --fix registers it; or create one by hand for the address named (Settings → Mail ' +
      'Settings → Event Webhooks).',
  },
  'sendgrid.webhook-events': {
    title: 'The event webhook reports every kind of event',
    meaning: 'What is not switched on is not heard of: statuses stay behind, or unsubscribes are missed.',
    remedy: 'npm run doctor -- --fix switches them on.',
  },
  'sendgrid.webhook-signing': {
    title: 'The event webhook is signed, by the key we hold',
    meaning: 'Every event is refused: without a signature that fits, anyone could report false events.',
    remedy:
      'npm run doctor -- --fix switches signing on and writes the public key to a file; set ' +
      'SENDGRID_WEBHOOK_PUBLIC_KEY_FILE to it and restart the email service.',
  },
  'sendgrid.clock': {
    title: 'Our clock agrees with SendGrid’s',
    meaning: 'Signed events are judged by their age, and schedules and expiry by our clock.',
    remedy: 'Synchronise the clock of this machine (NTP).',
  },
} satisfies CheckTable;

/** A scope and its purpose; `any`: alternative names. */
export interface ScopeUse {
  any: readonly [string, ...string[]];
  use: string;
  without: string;
  needed: boolean;
}

/**
 * The minimum scopes of a key. SendGrid documents messages.read and email_activity.read for Email Activity in different
 * places.
 */
export const scopeUses: readonly ScopeUse[] = [
  { any: ['mail.send'], use: 'sending', without: 'nothing is sent', needed: true },
  {
    any: ['messages.read', 'email_activity.read'],
    use: 'looking up a lost answer (Email Activity, a paid add-on)',
    without: 'a lost answer is settled by events alone',
    needed: false,
  },
  {
    any: ['suppression.read'],
    use: 'reading SendGrid’s own suppression lists',
    without: 'its lists are not synchronised',
    needed: false,
  },
  {
    any: ['asm.groups.suppressions.read'],
    use: 'reading who has left SendGrid’s unsubscribe groups',
    without: 'its groups are not synchronised',
    needed: false,
  },
  {
    any: ['user.webhooks.event.settings.read'],
    use: 'the doctor’s look at the event webhook',
    without: 'the doctor cannot look at it',
    needed: false,
  },
  {
    any: ['whitelabel.read'],
    use: 'the doctor’s look at the sender’s domain',
    without: 'the doctor cannot look at it',
    needed: false,
  },
];

/** Scopes that grant access, spend money or create keys: the platform never needs them. */
export const powerfulScopes =
  /^(api_keys|billing|teammates|subusers|credentials|sso|scopes|access_settings\.whitelist|user\.(password|email|username|multifactor_authentication))\.(.+\.)?(create|update|delete)$|^billing\./;

/** The event types, as SendGrid's settings name them. */
export const webhookEvents = [
  'processed',
  'deferred',
  'delivered',
  'bounce',
  'dropped',
  'open',
  'click',
  'spam_report',
  'unsubscribe',
  'group_unsubscribe',
  'group_resubscribe',
] as const;
