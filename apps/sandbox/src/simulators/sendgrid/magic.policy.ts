/** The events of a mail after acceptance; `fields` are added to the event's common ones. */
export interface MailStep {
  event:
    | 'processed'
    | 'deferred'
    | 'delivered'
    | 'bounce'
    | 'dropped'
    | 'open'
    | 'click'
    | 'spamreport'
    | 'unsubscribe'
    | 'group_unsubscribe'
    | 'group_resubscribe';
  fields?: Readonly<Record<string, string | number | boolean>>;
}

const processed: MailStep = { event: 'processed' };
const delivered: MailStep = {
  event: 'delivered',
  fields: { response: '250 2.0.0 OK queued by the sandbox', ip: '127.0.0.1', tls: 1 },
};
const deferred: MailStep = {
  event: 'deferred',
  fields: { response: '451 4.7.1 Greylisting in action, please come back later', attempt: '0' },
};
const bounced: MailStep = {
  event: 'bounce',
  fields: {
    type: 'bounce',
    status: '5.1.1',
    reason: '550 5.1.1 The email account that you tried to reach does not exist.',
    bounce_classification: 'Invalid Address',
    ip: '127.0.0.1',
    tls: 1,
  },
};
const blocked: MailStep = {
  event: 'bounce',
  fields: {
    type: 'blocked',
    status: '5.7.1',
    reason: '550 5.7.1 Our system has detected that this message is likely unsolicited mail.',
    bounce_classification: 'Reputation',
    ip: '127.0.0.1',
    tls: 1,
  },
};
/** Why SendGrid drops mail to an address on one of its lists (event.md, glossary “Drops”). */
export type DropReason = 'Bounced Address' | 'Spam Reporting Address' | 'Unsubscribed Address' | 'Invalid';
const droppedFor = (reason: DropReason): MailStep => ({ event: 'dropped', fields: { reason, status: '5.0.0' } });
/** SendGrid looks for a mail's template only after it has accepted the mail (sendgrid-go #255). */
export const lostMail: readonly MailStep[] = [{ event: 'dropped', fields: { reason: 'Invalid SMTPAPI header' } }];
const reader = { useragent: 'Mozilla/5.0 (sandbox)', ip: '127.0.0.1' };
const opened: MailStep = { event: 'open', fields: { ...reader, sg_content_type: 'html' } };
const machineOpened: MailStep = {
  event: 'open',
  fields: { ...reader, sg_content_type: 'html', sg_machine_open: true },
};
const leftGroup: MailStep = {
  event: 'group_unsubscribe',
  fields: { ...reader, url: 'https://example.com/asm/unsubscribe' },
};
const joinedGroup: MailStep = {
  event: 'group_resubscribe',
  fields: { ...reader, url: 'https://example.com/asm/resubscribe' },
};
const clicked: MailStep = { event: 'click', fields: { ...reader, url: 'https://example.com/sandbox' } };

/** The local part of an address, up to any `+` → the events of the mail. All other addresses are delivered. */
export const magicMailboxes: Readonly<Record<string, readonly MailStep[]>> = {
  bounce: [processed, bounced],
  blocked: [processed, blocked],
  dropped: [droppedFor('Bounced Address')],
  invalid: [droppedFor('Invalid')],
  deferred: [processed, deferred, delivered],
  spam: [processed, delivered, { event: 'spamreport' }],
  open: [processed, delivered, opened],
  click: [processed, delivered, opened, clicked],
  unsubscribe: [processed, delivered, { event: 'unsubscribe' }],
  'machine-open': [processed, delivered, machineOpened],
  'group-unsubscribe': [processed, delivered, leftGroup],
  'group-resubscribe': [processed, delivered, leftGroup, joinedGroup],
  'late-bounce': [processed, delivered, bounced],
  silent: [],
};
const plainMail: readonly MailStep[] = [processed, delivered];

/** @param suppressionReason why it is not sent, whatever its recipient */
export function mailPlan(address: string, suppressionReason?: DropReason): readonly MailStep[] {
  if (suppressionReason) return [droppedFor(suppressionReason)];
  const mailbox = address.slice(0, address.lastIndexOf('@')).split('+', 1)[0]?.toLowerCase() ?? '';
  return Object.hasOwn(magicMailboxes, mailbox) ? (magicMailboxes[mailbox] ?? plainMail) : plainMail;
}
