import type { StoredMessage } from '../../core/inbox/message.ts';
import { nameOfMailbox } from './email/email-rules.policy.ts';
import { resendEngagement, resendPlan, type ResendStep } from './magic.policy.ts';
import type { ResendMessage } from './message.ts';

export const stepsOf = ({ to, suppressionReason }: StoredMessage<ResendMessage>): readonly ResendStep[] =>
  resendPlan(to, suppressionReason);

export function changesBy(email: ResendMessage, index: number): Partial<ResendMessage> {
  const event = email.events[index]?.step.event;
  return event === undefined || resendEngagement.has(event) ? {} : { status: event };
}

/** What the control API shows of an e-mail. */
export function viewOf(email: ResendMessage): Record<string, unknown> {
  const { id, kind, from, toName, replyTo, subject, text, html, templateId, tags, headers, attachments } = email;
  return {
    recipientMessageId: id,
    kind,
    fromName: (from && nameOfMailbox(from)) || undefined,
    toName,
    replyTo,
    subject,
    text,
    html,
    templateId,
    tags,
    headers,
    attachments,
  };
}
