/** The events of an e-mail of Resend after acceptance; `fields` are added to the event's data. */
export interface ResendStep {
  event:
    | 'sent'
    | 'delivered'
    | 'delivery_delayed'
    | 'bounced'
    | 'suppressed'
    | 'failed'
    | 'opened'
    | 'clicked'
    | 'complained';
  fields?: Readonly<Record<string, unknown>>;
}

const sent: ResendStep = { event: 'sent' };
const delivered: ResendStep = { event: 'delivered' };
const opened: ResendStep = { event: 'opened' };

const bounced = (type: string, subType: string, response: string): ResendStep => ({
  event: 'bounced',
  fields: {
    bounce: {
      type,
      subType,
      message: 'The recipient’s mail server refused the e-mail.',
      diagnosticCode: [`smtp; ${response}`],
    },
  },
});
const gone = bounced('Permanent', 'General', '550 5.1.1 The email account that you tried to reach does not exist.');
/** The two types in resend.yaml (WebhookEventSuppressed). */
export type SuppressedReason = 'previous_bounce' | 'previous_complaint';
const suppressedFor = (reason: SuppressedReason): ResendStep => ({
  event: 'suppressed',
  fields: {
    suppressed: {
      type: 'OnAccountSuppressionList',
      reason,
      message: 'The address is on the account’s suppression list.',
      diagnosticCode: [],
    },
  },
});
const suppressed = suppressedFor('previous_bounce');
const clicked: ResendStep = {
  event: 'clicked',
  fields: {
    click: {
      ipAddress: '127.0.0.1',
      link: 'https://example.com/sandbox',
      timestamp: '2026-01-01T00:00:00.000Z',
      userAgent: 'Mozilla/5.0 (sandbox)',
    },
  },
};

/** The same mailboxes as for SendGrid, where Resend has the same events. */
const mailboxes: Readonly<Record<string, readonly ResendStep[]>> = {
  bounce: [sent, gone],
  blocked: [
    sent,
    bounced(
      'Transient',
      'ContentRejected',
      '550 5.7.1 Our system has detected that this message is likely unsolicited mail.',
    ),
  ],
  full: [sent, { event: 'delivery_delayed' }, bounced('Transient', 'MailboxFull', '452 4.2.2 The mailbox is full.')],
  dropped: [suppressed],
  deferred: [sent, { event: 'delivery_delayed' }, delivered],
  failed: [{ event: 'failed', fields: { failed: { reason: 'reached_daily_quota' } } }],
  spam: [sent, delivered, { event: 'complained' }],
  open: [sent, delivered, opened],
  click: [sent, delivered, opened, clicked],
  'late-bounce': [sent, delivered, gone],
  silent: [],
};

/** Resend's own test addresses at resend.dev. */
const testMailboxes: Readonly<Record<string, readonly ResendStep[]>> = {
  bounced: [sent, gone],
  complained: [sent, delivered, { event: 'complained' }],
  suppressed: [suppressed],
};

const plain: readonly ResendStep[] = [sent, delivered];

/** Resend's own test addresses are never suppressed. */
export const isForTrials = (address: string): boolean => address.toLowerCase().endsWith('@resend.dev');

/** @param suppressionReason why it is not sent, whatever its recipient */
export function resendPlan(address: string, suppressionReason?: SuppressedReason): readonly ResendStep[] {
  if (suppressionReason) return [suppressedFor(suppressionReason)];
  const mailbox = address.toLowerCase().split(/[+@]/, 1)[0]!;
  const known = isForTrials(address) ? testMailboxes : mailboxes;
  return Object.hasOwn(known, mailbox) ? known[mailbox]! : plain;
}

/** What a reader does with an e-mail does not change its delivery. */
export const resendEngagement: ReadonlySet<string> = new Set(['opened', 'clicked', 'complained']);
