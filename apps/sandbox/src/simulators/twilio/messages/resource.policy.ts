import type { TextMessage } from '../message.ts';
import { meaningOf } from '../error.policy.ts';

export const API = '/2010-04-01';

/** A Message resource: numbers as strings, dates as in RFC 2822 (twilio_api_v2010.json). */
export function resourceOf(message: TextMessage, accountSid: string): Record<string, unknown> {
  const uri = `${API}/Accounts/${accountSid}/Messages/${message.id}`;
  // A Messaging Service has chosen no sender yet, so the segments are not counted.
  const undecided = message.from === null;
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: rfc2822(message.acceptedAt),
    date_sent: message.sentAt === null ? null : rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: 'outbound-api',
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : meaningOf(message.errorCode),
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: String(message.mediaUrls.length),
    num_segments: undecided ? '0' : String(message.segments),
    price: null,
    price_unit: 'USD',
    sid: message.id,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

export function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}

export function accountOf(
  sid: string,
  token: string,
  since: number,
  { status, type }: { status: string; type: string },
): Record<string, unknown> {
  const uri = `${API}/Accounts/${sid}`;
  return {
    // Twilio's response contains it as well: a client that logs the response reveals its secret.
    auth_token: token,
    date_created: rfc2822(since),
    date_updated: rfc2822(since),
    friendly_name: 'Sandbox',
    owner_account_sid: sid,
    sid,
    status,
    subresource_uris: { messages: `${uri}/Messages.json` },
    type,
    uri: `${uri}.json`,
  };
}
