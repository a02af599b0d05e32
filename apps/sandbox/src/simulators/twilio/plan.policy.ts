import type { StoredMessage } from '../../core/inbox/message.ts';
import { textPlan, type TextStep } from './magic.policy.ts';
import type { TextMessage } from './message.ts';

/** Twilio's code for a text whose validity period ended while it waited. */
const VALIDITY_OVER = 30036;

export function stepsOf(
  { to, from, messagingServiceSid, doomed, validityMs }: StoredMessage<TextMessage>,
  delayMs: number,
): readonly TextStep[] {
  if (doomed) return [{ event: 'failed', errorCode: doomed }];
  if (validityMs && validityMs < delayMs) return [{ event: 'failed', errorCode: VALIDITY_OVER }];
  return textPlan(to, messagingServiceSid !== null, from);
}

/** The sender that every Messaging Service chooses here: Twilio's own valid test number. */
const SERVICE_SENDER = '+15005550006';

export function changesBy(text: TextMessage, index: number): Partial<TextMessage> {
  const event = text.events[index];
  if (!event) return {};
  const { event: status, errorCode = null } = event.step;
  return {
    status,
    errorCode,
    updatedAt: event.at,
    from: text.from ?? SERVICE_SENDER,
    sentAt: text.sentAt ?? (status === 'queued' ? null : event.at),
  };
}

/** What the control API shows of a text. */
export function viewOf({ body, mediaUrls, contentSid, messagingServiceSid, errorCode }: TextMessage) {
  return { body, mediaUrls, contentSid, messagingServiceSid, errorCode };
}
