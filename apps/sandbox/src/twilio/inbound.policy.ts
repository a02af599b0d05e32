import { createHash } from 'node:crypto';
import { z } from 'zod';

const phone = z.string().regex(/^\+[1-9]\d{7,14}$/, 'must be a number in E.164');

/** A body of POST /_sandbox/inbound: what a person does who answers. */
export const Reply = z.strictObject({
  from: phone,
  to: z.string().regex(/^(\+[1-9]\d{7,14}|\d{3,8})$/, 'must be a number in E.164 or a short code'),
  body: z.string().max(1600).default(''),
  channel: z.enum(['sms', 'whatsapp']).default('sms'),
  mediaUrls: z.array(z.url()).max(10).default([]),
  messagingServiceSid: z.string().regex(/^MG[0-9a-fA-F]{32}$/).optional(),
  advancedOptOut: z.boolean().default(false).describe('Whether OptOutType tells what a keyword meant.'),
  inReplyTo: z.string().optional().describe('WhatsApp: the Sid of the message that is answered.'),
  button: z.strictObject({ text: z.string(), payload: z.string() }).optional(),
  as: z.enum(['form', 'json']).default('form').describe('How the webhook is written.'),
});
export type Reply = z.infer<typeof Reply>;

/** Twilio's default keywords: a whole message, in any case (twilio.com/docs/messaging/tutorials/advanced-opt-out). */
export function keywordOf(body: string): 'STOP' | 'START' | 'HELP' | undefined {
  const word = body.trim().toUpperCase();
  if (['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'].includes(word)) return 'STOP';
  if (['START', 'YES', 'UNSTOP'].includes(word)) return 'START';
  return ['HELP', 'INFO'].includes(word) ? 'HELP' : undefined;
}

/** The parameters of the webhook for an incoming message. */
export function inboundForm(reply: Reply, sid: string, accountSid: string): Record<string, string> {
  const { body, channel, mediaUrls, messagingServiceSid, inReplyTo, button } = reply;
  const address = (number: string) => (channel === 'whatsapp' ? `whatsapp:${number}` : number);
  const keyword = reply.advancedOptOut ? keywordOf(body) : undefined;
  return {
    MessageSid: sid,
    SmsSid: sid,
    SmsMessageSid: sid,
    SmsStatus: 'received',
    AccountSid: accountSid,
    From: address(reply.from),
    To: address(reply.to),
    Body: body,
    NumMedia: String(mediaUrls.length),
    NumSegments: '1',
    ApiVersion: '2010-04-01',
    ...Object.fromEntries(mediaUrls.flatMap((url, index) => [[`MediaUrl${index}`, url], [`MediaContentType${index}`, 'image/jpeg']])),
    ...(messagingServiceSid && { MessagingServiceSid: messagingServiceSid }),
    ...(keyword && { OptOutType: keyword }),
    ...(channel === 'whatsapp' && { ProfileName: 'Sandbox', WaId: reply.from.slice(1) }),
    ...(inReplyTo && { OriginalRepliedMessageSid: inReplyTo }),
    ...(button && { ButtonText: button.text, ButtonPayload: button.payload }),
  };
}

/** The address of a JSON webhook: its query holds the digest of the body, and only the address is signed. */
export function withDigest(address: string, body: string): string {
  const url = new URL(address);
  url.searchParams.set('bodySHA256', createHash('sha256').update(body).digest('hex'));
  return url.href;
}
