import type { StoredMessage } from '../../core/inbox/message.ts';
import { lostMail, mailPlan, type MailStep } from './magic.policy.ts';
import type { MailMessage } from './message.ts';

export const stepsOf = (mail: StoredMessage<MailMessage>): readonly MailStep[] =>
  mail.lost ? lostMail : mailPlan(mail.to, mail.suppressionReason);

// What a reader does with a mail does not change its delivery.
const engagement = new Set(['open', 'click', 'spamreport', 'unsubscribe', 'group_unsubscribe', 'group_resubscribe']);

export function changesBy(mail: MailMessage, index: number): Partial<MailMessage> {
  const event = mail.events[index]?.step.event;
  return event === undefined || engagement.has(event) ? {} : { status: event };
}

/** What the control API shows of a mail. */
export function viewOf(mail: MailMessage): Record<string, unknown> {
  const { id, kind, fromName, toName, replyTo, subject, text, html, templateId } = mail;
  const { categories, customArgs, headers, attachments } = mail;
  return {
    recipientMessageId: id,
    kind,
    fromName,
    toName,
    replyTo,
    subject,
    text,
    html,
    templateId,
    categories,
    customArgs,
    headers,
    attachments,
  };
}
