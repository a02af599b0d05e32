import type { Candidate } from '#libs/providers';
import { phoneIdentity } from '#libs/contracts';
import type { SmsMessage } from '../../../sms-message.ts';
import { addressOf, recipientOf } from './twilio.request.policy.ts';

/** The fields of a text in Twilio's list that show whether it can be the result of a call. */
export interface ListedText {
  sid: string;
  to: string;
  from: string | null;
  messagingServiceSid: string | null;
  body: string | null;
  numMedia: string | null;
  direction: string;
  dateCreated: Date;
}

/** Whether a text looks like the message: recipient, sender, body, number of media, and sent through the API. */
export function isAlike(text: ListedText, message: SmsMessage, serviceSid: string | undefined): boolean {
  if (text.direction !== 'outbound-api' || !isSame(text.to, recipientOf(message))) return false;
  return (
    isFrom(text, message, serviceSid) &&
    (text.body ?? '') === (message.body ?? '') &&
    Number(text.numMedia ?? 0) === (message.mediaUrls?.length ?? 0)
  );
}

/** A messaging service chooses the number later: until then the text has none. */
function isFrom(
  text: ListedText,
  { kind, from, messagingService }: SmsMessage,
  serviceSid: string | undefined,
): boolean {
  return from === undefined
    ? text.messagingServiceSid === (messagingService ?? serviceSid)
    : !text.messagingServiceSid && isSame(text.from ?? '', addressOf(kind, from));
}

/** The same prefix and the same number: Twilio may write a number in another spelling than we sent. */
function isSame(reported: string, given: string): boolean {
  const kindOf = (address: string) => address.slice(0, address.indexOf(':') + 1);
  return reported === given || (kindOf(reported) === kindOf(given) && phoneIdentity(reported) === phoneIdentity(given));
}

export const toCandidate = ({ sid, dateCreated }: ListedText): Candidate => ({
  providerMessageId: sid,
  takenAt: dateCreated.getTime(),
});
