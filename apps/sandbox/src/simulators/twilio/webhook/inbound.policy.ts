import { createHash } from 'node:crypto';
import { z } from 'zod';

const phone = /^\+[1-9]\d{6,14}$/;
/** The address of a person on another channel, or of an RCS agent. */
const name = /^[A-Za-z0-9+._-]{1,80}$/;

/** A body of POST /_sandbox/inbound: a reply of a person. */
export const Reply = z
  .strictObject({
    from: z.string().regex(name),
    to: z.string().regex(name),
    body: z.string().max(1600).default(''),
    channel: z
      .string()
      .regex(/^[a-z][a-z0-9]{0,19}$/)
      .default('sms')
      .describe('sms, whatsapp, rcs, or any other kind of address: it stands before from and to.'),
    mediaUrls: z.array(z.url()).max(10).default([]),
    messagingServiceSid: z
      .string()
      .regex(/^MG[0-9a-fA-F]{32}$/)
      .optional(),
    advancedOptOut: z.boolean().default(false).describe('Whether OptOutType says what a keyword meant.'),
    inReplyTo: z.string().optional().describe('WhatsApp: the Sid of the message that is answered.'),
    button: z.strictObject({ text: z.string(), payload: z.string() }).optional(),
    as: z.enum(['form', 'json']).default('form').describe('How the webhook is written.'),
  })
  .superRefine(({ channel, from, to }, context) => {
    if (!['sms', 'whatsapp', 'rcs'].includes(channel)) return;
    if (!phone.test(from)) context.addIssue({ code: 'custom', path: ['from'], message: 'must be a number in E.164' });
    if (channel !== 'rcs' && !phone.test(to) && !/^\d{3,8}$/.test(to))
      context.addIssue({ code: 'custom', path: ['to'], message: 'must be a number in E.164 or a short code' });
  });
export type Reply = z.infer<typeof Reply>;

/** Twilio's default keywords: the whole message, in any case (twilio.com/docs/messaging/tutorials/advanced-opt-out). */
export function keywordOf(body: string): 'STOP' | 'START' | 'HELP' | undefined {
  const word = body.trim().toUpperCase();
  if (['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'].includes(word)) return 'STOP';
  if (['START', 'YES', 'UNSTOP'].includes(word)) return 'START';
  return ['HELP', 'INFO'].includes(word) ? 'HELP' : undefined;
}

/** The parameters of the webhook for an incoming message. */
export function inboundForm(reply: Reply, sid: string, accountSid: string): Record<string, string> {
  const { body, channel, mediaUrls, messagingServiceSid, inReplyTo, button } = reply;
  const address = (number: string) => (channel === 'sms' ? number : `${channel}:${number}`);
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
    ...Object.fromEntries(
      mediaUrls.flatMap((url, index) => [
        [`MediaUrl${index}`, url],
        [`MediaContentType${index}`, 'image/jpeg'],
      ]),
    ),
    ...(messagingServiceSid && { MessagingServiceSid: messagingServiceSid }),
    ...(keyword && { OptOutType: keyword }),
    ...(channel === 'whatsapp' && { ProfileName: 'Sandbox', WaId: reply.from.slice(1) }),
    ...(inReplyTo && { OriginalRepliedMessageSid: inReplyTo }),
    ...(button && { ButtonText: button.text, ButtonPayload: button.payload }),
  };
}

/** The URL of a JSON webhook: its query contains the digest of the body, and only the URL is signed. */
export function withDigest(address: string, body: string): string {
  const url = new URL(address);
  url.searchParams.set('bodySHA256', createHash('sha256').update(body).digest('hex'));
  return url.href;
}
