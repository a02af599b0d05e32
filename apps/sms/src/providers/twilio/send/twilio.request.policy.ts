import { type CallReference, referenceFields } from '#libs/providers';
import { contentVariablesOf } from './twilio.template.policy.ts';
import type { SmsMessage } from '../../../sms-message.ts';
import { twilioLimits } from './twilio.limits.ts';

/** The arguments of the SDK's messages.create. */
export interface MessageCreate {
  to: string;
  from?: string;
  messagingServiceSid?: string;
  body?: string;
  mediaUrl?: string[];
  contentSid?: string;
  contentVariables?: string;
  statusCallback: string;
  validityPeriod?: number;
  smartEncoded?: boolean;
}

/**
 * Twilio returns no reference of ours, so the URL of the callback contains it (Twilio’s reference, Message resource).
 */
export const STATUS_PATH = '/webhooks/twilio/status';

/**
 * A query parameter of the callback: how the message goes again where Twilio takes this text and does not deliver it.
 * As its template outside WhatsApp's window, from another sender where the reason lies with this one.
 */
export const RESEND_PLAN = 'mi_resend_plan';
type ResendBy = 'template' | 'sender';

const resendPlanOf = ({ resendPlan, hasOtherSender }: SmsMessage): ResendBy[] => [
  ...(resendPlan ? ['template' as const] : []),
  ...(hasOtherSender ? ['sender' as const] : []),
];

/** Whether a callback's message has a plan to go again in this way. */
export const mayBeResent = (query: Readonly<Record<string, string>>, by: ResendBy): boolean =>
  query[RESEND_PLAN]?.split('.').includes(by) ?? false;

/**
 * Connection overrides of Twilio's callbacks, in the fragment: repeat five times, after a failed connection, a timeout
 * or a 5xx of ours. Without them a callback that arrives during a restart is lost (Twilio’s docs, Webhooks Connection
 * Overrides). The fragment is not signed.
 */
const REPEATS = '#rc=5&rp=ct,rt,5xx';

/** Twilio's longest validity period, in seconds. */
const MAX_VALIDITY_S = twilioLimits.validityPeriod.most;

export const addressOf = (kind: SmsMessage['kind'], number: string): string =>
  kind === 'whatsapp' ? `whatsapp:${number}` : number;

export const recipientOf = ({ kind, to }: SmsMessage): string => addressOf(kind, to);

/** A message in the form of Twilio's SDK. `contentSid`: of its template. `now`: ms since 1970. */
export function toMessageCreate(
  message: SmsMessage & { contentSid?: string | undefined },
  reference: CallReference,
  publicUrl: string,
  serviceSid: string | undefined,
  now: number,
): MessageCreate {
  const { from, kind, body, mediaUrls, contentTemplate, contentSid, expiresAt, smartEncoding } = message;
  const service = message.messagingService ?? serviceSid;
  const left = expiresAt ? Math.floor((Date.parse(expiresAt) - now) / 1000) : MAX_VALIDITY_S;
  const plan = resendPlanOf(message);
  const query = new URLSearchParams({
    ...referenceFields({ ...reference }),
    ...(plan.length > 0 && { [RESEND_PLAN]: plan.join('.') }),
  });
  return {
    to: recipientOf(message),
    ...(from !== undefined
      ? { from: addressOf(kind, from) }
      : service !== undefined && { messagingServiceSid: service }),
    ...(body !== undefined && { body }),
    ...(mediaUrls && { mediaUrl: mediaUrls }),
    ...(contentTemplate &&
      contentSid !== undefined && { contentSid, contentVariables: contentVariablesOf(contentTemplate) }),
    // Set explicitly, because a messaging service has a setting of its own, and the counted text must be the one that
    // is sent.
    ...(kind === 'sms' && body !== undefined && smartEncoding !== undefined && { smartEncoded: smartEncoding }),
    // A text must not wait at Twilio beyond its expiry; Twilio's minimum is 1 second.
    ...(left < MAX_VALIDITY_S && kind !== 'whatsapp' && { validityPeriod: Math.max(1, left) }),
    statusCallback: `${publicUrl.replace(/\/$/, '')}${STATUS_PATH}?${query.toString()}${REPEATS}`,
  };
}
