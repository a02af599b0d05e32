import { type InboundReceived, type Keyword, receiptId, recipientHash, recipientRef } from '#libs/contracts';
import type { Receipt, SuppressionWord } from '#libs/delivery';
import type { TwilioParams } from './twilio.signature.webhook.ts';

/** Twilio's own words for a whole message, in any case (provider facts, §4.5). */
const keywords: Readonly<Record<string, Keyword>> = {
  STOP: 'stop', STOPALL: 'stop', UNSUBSCRIBE: 'stop', CANCEL: 'stop', END: 'stop', QUIT: 'stop', REVOKE: 'stop', OPTOUT: 'stop',
  START: 'start', YES: 'start', UNSTOP: 'start',
  HELP: 'help', INFO: 'help',
}; // prettier-ignore

/** What a reply asks for: Advanced Opt-Out's own word, which knows other languages too, before ours. */
export function keywordOf({ OptOutType, Body = '' }: TwilioParams): Keyword | undefined {
  const told = OptOutType?.toLowerCase();
  if (told === 'stop' || told === 'start' || told === 'help') return told;
  const word = Body.trim().toUpperCase();
  return Object.hasOwn(keywords, word) ? keywords[word] : undefined;
}

const bare = (address: string) => address.slice(address.indexOf(':') + 1);

function numbered(params: TwilioParams, name: string): string[] {
  const found: string[] = [];
  for (let index = 0; index < 10 && params[`${name}${index}`] !== undefined; index += 1) found.push(params[`${name}${index}`]!);
  return found;
}

function kindOf({ From = '' }: TwilioParams, media: readonly string[]): InboundReceived['kind'] {
  if (From.startsWith('whatsapp:')) return 'whatsapp';
  return media.length > 0 ? 'mms' : 'sms';
}

/** A verified inbound webhook as a reply; undefined where it lacks what every reply has. Twilio tells no time: `now`, in ISO 8601. */
export function toInbound(params: TwilioParams, hashKey: string, now: string): InboundReceived | undefined {
  const { MessageSid, From, To, Body = '', MessagingServiceSid, NumSegments = '', ButtonText, ButtonPayload, OriginalRepliedMessageSid } = params;
  if (!MessageSid || !From || !To) return undefined;
  const mediaUrls = numbered(params, 'MediaUrl');
  const keyword = keywordOf(params);
  return {
    eventId: receiptId({ provider: 'twilio', providerMessageId: MessageSid, event: 'received' }),
    channel: 'sms',
    kind: kindOf(params, mediaUrls),
    provider: 'twilio',
    providerMessageId: MessageSid,
    at: now,
    from: bare(From),
    to: bare(To),
    body: Body,
    sender: recipientRef(hashKey, bare(From)),
    ...(mediaUrls.length > 0 && { mediaUrls, mediaTypes: numbered(params, 'MediaContentType') }),
    ...(MessagingServiceSid && { messagingService: MessagingServiceSid }),
    ...(keyword && { keyword }),
    ...(OriginalRepliedMessageSid && { inReplyTo: OriginalRepliedMessageSid }),
    ...((ButtonText || ButtonPayload) && { button: { ...(ButtonText && { text: ButtonText }), ...(ButtonPayload && { payload: ButtonPayload }) } }),
    ...(/^\d{1,3}$/.test(NumSegments) && { segments: Number(NumSegments) }),
  };
}

/** What a STOP or START changes. An opt-out binds the sender it answers. */
export function suppressionOf(inbound: InboundReceived, hashKey: string): SuppressionWord[] {
  const { keyword, from, to, kind, messagingService, at, eventId, provider } = inbound;
  const number = kind === 'whatsapp' ? `whatsapp:${to}` : to;
  const of = { channel: 'sms' as const, recipient: recipientHash(hashKey, from), scope: `sender:${messagingService ?? number}` };
  if (keyword === 'start') return [{ lift: { ...of, at, note: 'They answered START.' } }];
  return keyword === 'stop' ? [{ suppress: { ...of, reason: 'stop', at, eventId, provider, source: 'inbound', ...(inbound.sender && { mask: inbound.sender.mask }) } }] : [];
}

/** That a message of ours was answered, where the reply names it. */
export function engagementOf({ inReplyTo, providerMessageId, provider, sender, keyword, at }: InboundReceived): Receipt[] {
  if (inReplyTo === undefined) return [];
  const told = { channel: 'sms' as const, provider, providerMessageId: inReplyTo, final: false, recipient: sender, at: new Date(at), reference: {} };
  const replied: Receipt = { ...told, status: 'replied', event: `replied:${providerMessageId}` };
  return keyword === 'stop' ? [replied, { ...told, status: 'unsubscribed', event: `stop:${providerMessageId}` }] : [replied];
}
