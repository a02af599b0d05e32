import { type InboundReceived, type Keyword, receiptId, recipientRef } from '#libs/contracts';
import type { Receipt } from '#libs/providers';
import type { SuppressionChange } from '#libs/delivery';
import { type Parsed, askedBy, type Keywords } from '../../../reply/keywords.policy.ts';
import { readAddress, sendersOf } from '../send/twilio.address.policy.ts';
import { sidOf } from './twilio.receipts.policy.ts';
import type { TwilioParams } from './twilio.signature.webhook.ts';

/**
 * The result of Advanced Opt-Out, which knows what the account has set up for each language (Twilio’s docs, Advanced
 * Opt-Out).
 */
const fromTwilio: Readonly<Record<string, Keyword>> = { STOP: 'stop', START: 'start', HELP: 'help' };

/** What a reply requests: Twilio's result before our keywords. */
export function keywordOf({ OptOutType, Body = '' }: TwilioParams, keywords: Keywords): Parsed | undefined {
  const word = OptOutType?.toUpperCase() ?? '';
  return Object.hasOwn(fromTwilio, word) ? { keyword: fromTwilio[word]!, inferred: false } : askedBy(Body, keywords);
}

function numbered(params: TwilioParams, name: string): string[] {
  const found: string[] = [];
  for (let index = 0; index < 10 && params[`${name}${index}`] !== undefined; index += 1)
    found.push(params[`${name}${index}`]!);
  return found;
}

export interface InboundReading {
  /** RECIPIENT_HASH_KEY. */
  hashKey: string;
  keywords: Keywords;
  /** Used because Twilio states no time; ISO 8601. */
  now: string;
}

/** What is missing of the fields that every reply has: its sid, its sender, and our sender; undefined: nothing. */
export const replyLacks = (params: TwilioParams): string | undefined =>
  [...(sidOf(params) === undefined ? ['MessageSid'] : []), ...['From', 'To'].filter((name) => !params[name])].join(
    ' and ',
  ) || undefined;

/** A verified inbound webhook as a reply; undefined where a required field is missing. */
export function toInbound(
  params: TwilioParams,
  { hashKey, keywords, now }: InboundReading,
): InboundReceived | undefined {
  const {
    From,
    To,
    Body = '',
    MessagingServiceSid,
    NumSegments = '',
    ButtonText,
    ButtonPayload,
    OriginalRepliedMessageSid,
  } = params;
  const sid = sidOf(params);
  if (sid === undefined || !From || !To) return undefined;
  const mediaUrls = numbered(params, 'MediaUrl');
  const asked = keywordOf(params, keywords);
  const from = readAddress(From);
  return {
    eventId: receiptId({ provider: 'twilio', providerMessageId: sid, event: 'received' }),
    channel: 'sms',
    kind: from.kind === 'sms' && mediaUrls.length > 0 ? 'mms' : from.kind,
    provider: 'twilio',
    providerMessageId: sid,
    at: now,
    from: from.own,
    to: readAddress(To).own,
    body: Body,
    sender: recipientRef(hashKey, from.own),
    ...(mediaUrls.length > 0 && { mediaUrls, mediaTypes: numbered(params, 'MediaContentType') }),
    ...(MessagingServiceSid && { messagingService: MessagingServiceSid }),
    ...(asked && { keyword: asked.keyword, ...(asked.inferred && { inferred: true }) }),
    ...(OriginalRepliedMessageSid && { inReplyTo: OriginalRepliedMessageSid }),
    ...((ButtonText || ButtonPayload) && {
      button: { ...(ButtonText && { text: ButtonText }), ...(ButtonPayload && { payload: ButtonPayload }) },
    }),
    ...(/^\d{1,3}$/.test(NumSegments) && { segments: Number(NumSegments) }),
  };
}

/**
 * The suppressions that a STOP or START changes. An opt-out covers the number that it answers and, where that belongs
 * to one, the messaging service, so that later texts from either are stopped.
 */
export function suppressionOf(
  { To = '', MessagingServiceSid }: TwilioParams,
  inbound: InboundReceived,
): SuppressionChange[] {
  const { keyword, inferred, sender, at, eventId, provider } = inbound;
  if (!sender || (keyword !== 'stop' && keyword !== 'start')) return [];
  const why = inferred ? { inferred: true, note: 'Inferred: the reply is a sentence, and not a keyword.' } : {};
  return sendersOf(To, MessagingServiceSid).map((scope) => {
    const of = { channel: 'sms' as const, recipient: sender.hash, scope };
    if (keyword === 'start') return { lift: { ...of, at, note: 'They answered START.' } };
    return {
      suppress: { ...of, reason: 'stop', at, eventId, provider, source: 'inbound' as const, mask: sender.mask, ...why },
    };
  });
}

/** The fact that a message of ours was answered, where the reply names it. */
export function engagementOf({
  inReplyTo,
  providerMessageId,
  provider,
  sender,
  keyword,
  at,
}: InboundReceived): Receipt[] {
  if (inReplyTo === undefined) return [];
  const reported = {
    channel: 'sms' as const,
    provider,
    providerMessageId: inReplyTo,
    final: false,
    recipient: sender,
    at: new Date(at),
    reference: {},
  };
  const replied: Receipt = { ...reported, status: 'replied', event: `replied:${providerMessageId}` };
  return keyword === 'stop'
    ? [replied, { ...reported, status: 'unsubscribed', event: `stop:${providerMessageId}` }]
    : [replied];
}
