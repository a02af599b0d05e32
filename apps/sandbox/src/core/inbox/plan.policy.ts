import { resendEngagement, resendPlan } from './magic-resend.policy.ts';
import { lostMail, mailPlan, textPlan, type TextStep } from './magic.policy.ts';
import type {
  MailMessage,
  MessageEvent,
  ResendMessage,
  SandboxMessage,
  TextMessage,
  SuppressedRecipientReason,
} from './message.ts';

type Planned<M> = Omit<M, 'events'>;
/** A message as the journal keeps it: its events follow from its recipient. */
export type StoredMessage = Planned<MailMessage> | Planned<ResendMessage> | Planned<TextMessage>;

/** Gives a message the events its recipient stands for, `delayMs` apart. */
export function withEvents<M extends StoredMessage>(message: M, delayMs: number): SandboxMessage {
  const { startsAt } = message;
  if (message.provider === 'sendgrid')
    return {
      ...message,
      events: timed(message.lost ? lostMail : mailPlan(message.to, message.suppressedRecipients), startsAt, delayMs),
    };
  if (message.provider === 'resend')
    return { ...message, events: timed(resendPlan(message.to, message.suppressedRecipients), startsAt, delayMs) };
  return { ...message, events: timed(textSteps(message, delayMs), startsAt, delayMs) };
}

/** What is left of a message that its provider does not send. */
export const suppressedPlan = (
  message: SandboxMessage,
  suppressedRecipients: SuppressedRecipientReason,
  delayMs: number,
): SandboxMessage => withEvents(Object.assign({ ...message }, { suppressedRecipients }), delayMs);

/** Twilio's code for a text that waited longer than it was wanted. */
const VALIDITY_OVER = 30036;

function textSteps(
  { to, messagingServiceSid, doomed, validityMs }: Planned<TextMessage>,
  delayMs: number,
): readonly TextStep[] {
  if (doomed) return [{ event: 'failed', errorCode: doomed }];
  if (validityMs && validityMs < delayMs) return [{ event: 'failed', errorCode: VALIDITY_OVER }];
  return textPlan(to, messagingServiceSid !== null);
}

function timed<Step>(steps: readonly Step[], startsAt: number, delayMs: number): MessageEvent<Step>[] {
  return steps.map((step, index) => ({ step, at: startsAt + delayMs * (index + 1), webhook: 'planned' }));
}

/** The sender that every Messaging Service here chooses: Twilio's own test number that works. */
const SERVICE_SENDER = '+15005550006';

// What a reader does with a mail says nothing new about its delivery.
const engagement = new Set(['open', 'click', 'spamreport', 'unsubscribe', 'group_unsubscribe', 'group_resubscribe']);

/** What an event changes in its message. */
export function changesBy(
  message: SandboxMessage,
  index: number,
): Partial<TextMessage> | Partial<MailMessage> | Partial<ResendMessage> {
  if (message.provider === 'sendgrid') {
    const event = message.events[index]?.step.event;
    return event === undefined || engagement.has(event) ? {} : { status: event };
  }
  if (message.provider === 'resend') {
    const event = message.events[index]?.step.event;
    return event === undefined || resendEngagement.has(event) ? {} : { status: event };
  }
  const event = message.events[index];
  if (!event) return {};
  const { event: status, errorCode = null } = event.step;
  return {
    status,
    errorCode,
    updatedAt: event.at,
    from: message.from ?? SERVICE_SENDER,
    sentAt: message.sentAt ?? (status === 'queued' ? null : event.at),
  };
}
