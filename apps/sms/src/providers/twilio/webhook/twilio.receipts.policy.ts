import { cutText, type Engagement, type Failure, recipientRef, type Status } from '#libs/contracts';
import { type FailureCatalogue, ownFailure, returnedReference, type Receipt } from '#libs/providers';
import { readAddress, sendersOf } from '../send/twilio.address.policy.ts';
import { mayBeResent } from '../send/twilio.request.policy.ts';
import type { TwilioParams } from './twilio.signature.webhook.ts';

const withoutReason = ownFailure(
  'MSG_UNDELIVERED',
  'transient',
  'never',
  'The carrier could not deliver it and gave no reason.',
  { provider: 'twilio' },
);

/** Numbers and addresses in texts of others. */
const personal = /\S+@\S+|\+?\d[\d\s().-]{4,}\d/g;

/** A channel's own reason of a failure, without what could name a person. */
export const redacted = (text: string): string => cutText(text.replace(personal, '…'), 200);

/** A free-form WhatsApp text outside the 24-hour window: it can be resent as a template. */
export const OUTSIDE_WINDOW = '63016';

type Reported = { status: Status | Engagement; final: boolean; failure?: Failure };

/** The status that a callback reports (Twilio’s docs, Outbound Message Status); undefined for an unknown status. */
function reported(status: string, errorCode: string | undefined, failures: FailureCatalogue): Reported | undefined {
  const failure = errorCode ? failures.failure([errorCode]) : withoutReason;
  switch (status) {
    case 'accepted':
    case 'scheduled':
    case 'queued':
    case 'sending':
    case 'sent':
      return { status: 'sent', final: false };
    case 'delivered':
    case 'partially_delivered':
      return { status: 'delivered', final: true };
    case 'undelivered':
      return { status: 'bounced', final: true, failure };
    case 'failed':
      return { status: 'failed', final: true, failure };
    case 'canceled':
      return { status: 'cancelled', final: true };
    case 'read':
      return { status: 'read', final: false };
    default:
      return undefined;
  }
}

/**
 * The scope of a refusal: one sender, one kind of text, or everything. An opt-out covers the number that it answers,
 * and its service.
 */
function forbids(
  { kind, suppressScope }: Failure,
  { To = '', From, MessagingServiceSid }: TwilioParams,
): Receipt['forbids'] {
  const reported = { reason: kind === 'opted-out' ? 'stop' : 'invalid', everyTenant: true };
  if (suppressScope === 'channel') return { ...reported, scope: `kind:${readAddress(To).kind}` };
  const senders = suppressScope === 'sender' ? sendersOf(From, MessagingServiceSid) : [];
  return { ...reported, scope: senders.length > 0 ? senders : 'all' };
}

/** The status and sid of a callback; Twilio sends both twice, under the names of its older API too. */
export const statusOf = ({ MessageStatus, SmsStatus }: TwilioParams): string | undefined => MessageStatus ?? SmsStatus;
export const sidOf = ({ MessageSid, SmsSid, SmsMessageSid }: TwilioParams): string | undefined =>
  [MessageSid, SmsSid, SmsMessageSid].find((sid) => sid !== undefined && sid.length <= 100);

/**
 * What is missing for a status: the status itself, and either the sid or our reference in the URL; all other fields may
 * be missing. Undefined: nothing is missing, but the status is unknown.
 */
export function lacking(params: TwilioParams, query: TwilioParams): string | undefined {
  if (statusOf(params) === undefined) return 'MessageStatus';
  return (sidOf(params) ?? returnedReference(query).messageId)
    ? undefined
    : 'MessageSid, and our reference in its address';
}

/**
 * A verified status callback as a receipt. It has neither an event id nor a time, so sid, status and error code
 * identify it.
 */
export function toReceipt(
  params: TwilioParams,
  query: TwilioParams,
  failures: FailureCatalogue,
  hashKey: string,
): Receipt | undefined {
  const { To, ChannelStatusMessage } = params;
  const [status, sid = '', code] = [statusOf(params), sidOf(params), codeOf(params)];
  if (status === undefined || lacking(params, query) !== undefined) return undefined;
  const outcome = reported(status, code, failures);
  if (!outcome) return undefined;
  const isGivenBack =
    outcome.failure !== undefined &&
    ((code === OUTSIDE_WINDOW && mayBeResent(query, 'template')) ||
      (outcome.failure.bySender === true && mayBeResent(query, 'sender')));
  const says: Reported = isGivenBack ? { ...outcome, status: 'retrying', final: false } : outcome;
  return {
    ...says,
    ...(says.failure?.suppress && { forbids: forbids(says.failure, params) }),
    ...(says.failure && ChannelStatusMessage && { reason: redacted(ChannelStatusMessage) }),
    channel: 'sms',
    provider: 'twilio',
    providerMessageId: sid,
    event: code ? `${status}:${code}` : status,
    ...(To && To.length <= 320 && { recipient: recipientRef(hashKey, readAddress(To).own) }),
    reference: returnedReference(query),
  };
}

/** Twilio's codes are numbers; any other text is ignored. */
const codeOf = ({ ErrorCode }: TwilioParams): string | undefined =>
  ErrorCode && /^\d{1,9}$/.test(ErrorCode) ? ErrorCode : undefined;
