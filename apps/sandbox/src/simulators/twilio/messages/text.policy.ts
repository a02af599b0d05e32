import { z } from 'zod';
import { bareNumber, refusedRecipients, refusedSenders } from '../magic.policy.ts';
import { givenVariables } from '../content/content.policy.ts';

const one = z.string().optional();
const many = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value))
  .default([]);

const flag = z.enum(['true', 'false']).optional();
const choice = <const T extends string[]>(...values: T) => z.enum(values).optional();

/** The form fields of twilio_api_v2010.json (CreateMessageRequest); like Twilio, the sandbox ignores unknown ones. */
export const Form = z.object({
  To: one,
  From: one,
  MessagingServiceSid: one,
  Body: one,
  MediaUrl: many,
  ContentSid: one,
  ContentVariables: one,
  StatusCallback: one,
  ValidityPeriod: one,
  ScheduleType: one,
  SendAt: one,
  SmartEncoded: flag,
  ProvideFeedback: flag,
  ForceDelivery: flag,
  ShortenUrls: flag,
  SendAsMms: flag,
  ContentRetention: choice('retain', 'discard'),
  AddressRetention: choice('retain', 'obfuscate'),
  RiskCheck: choice('enable', 'disable'),
  TrafficType: choice('free'),
  Attempt: one,
  MaxPrice: one,
  ApplicationSid: one,
  FallbackFrom: one,
  PersistentAction: many,
});
type Form = z.infer<typeof Form>;

export interface TextRequest {
  to: string;
  from: string | null;
  messagingServiceSid: string | null;
  body: string;
  mediaUrls: string[];
  contentSid: string | null;
  contentVariables: string | null;
  smartEncoded: boolean;
  validityMs: number | null;
  statusCallback: string | null;
  /** Milliseconds of the epoch; null means at once. */
  sendAt: number | null;
}

export type CheckedText = { ok: true; text: TextRequest } | { ok: false; code: number };

const phone = /^\+[1-9]\d{7,14}$/;
const channel = /^(whatsapp|rcs|messenger):/;
const shortCode = /^\d{3,8}$/;
const alphanumeric = /^(?=.*[A-Za-z])[A-Za-z0-9 _+&-]{1,11}$/;

/** @param now milliseconds of the epoch */
export function checkText(body: unknown, now: number): CheckedText {
  const parsed = Form.safeParse(body ?? {});
  if (!parsed.success) return { ok: false, code: 20001 };
  const form = parsed.data;
  const code =
    missing(form) ?? recipient(form) ?? sender(form) ?? content(form) ?? callback(form) ?? schedule(form, now);
  return code === undefined ? { ok: true, text: textOf(form) } : { ok: false, code };
}

function missing(form: Form): number | undefined {
  if (!form.To) return 21604;
  if (!form.From && !form.MessagingServiceSid) return 21603;
  if (!form.Body && form.MediaUrl.length === 0 && !form.ContentSid) return 21602;
  return undefined;
}

function recipient({ To = '' }: Form): number | undefined {
  if (!phone.test(bareNumber(To)) || (To.includes(':') && !channel.test(To))) return 21211;
  return refusedRecipients[To];
}

function sender({ From, To = '', MessagingServiceSid }: Form): number | undefined {
  if (MessagingServiceSid && !/^MG[0-9a-fA-F]{32}$/.test(MessagingServiceSid)) return 21701;
  if (!From) return undefined;
  const number = bareNumber(From);
  const known = From.includes(':')
    ? channel.test(From) && phone.test(number)
    : phone.test(From) || shortCode.test(From) || alphanumeric.test(From);
  if (!known) return 21212;
  if (channelOf(From) !== channelOf(To)) return 21910;
  if (From === To) return 21266;
  // Alphanumeric senders are not allowed in North America.
  if (alphanumeric.test(From) && To.startsWith('+1')) return 21612;
  return refusedSenders[From];
}

const channelOf = (address: string) => channel.exec(address)?.[1] ?? 'sms';

function content(form: Form): number | undefined {
  if ([...(form.Body ?? '')].length > 1600) return 21617;
  if (form.MediaUrl.length > 10) return 21623;
  if (!form.MediaUrl.every((url) => webAddress(url))) return 21620;
  if (form.ContentSid && !/^HX[0-9a-fA-F]{32}$/.test(form.ContentSid)) return 21655;
  const variables = givenVariables(form.ContentVariables ?? null);
  if (
    !variables ||
    Object.keys(variables).length > 100 ||
    !Object.keys(variables).every((name) => /^\S{1,16}$/.test(name))
  )
    return 21656;
  if (Object.values(variables).some((value) => value.length > 1600)) return 21658;
  if (form.ContentVariables && !form.ContentSid) return 21654;
  return undefined;
}

function callback({ StatusCallback, ValidityPeriod }: Form): number | undefined {
  if (StatusCallback) {
    const url = webAddress(StatusCallback);
    if (!url || url.hostname.includes('_') || StatusCallback.length > 4000) return 21609;
  }
  if (ValidityPeriod === undefined) return undefined;
  const seconds = Number(ValidityPeriod);
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= 36_000 ? undefined : 21624;
}

const MIN_AHEAD_MS = 300_000;
const MAX_AHEAD_MS = 35 * 86_400_000;

function schedule({ ScheduleType, SendAt, MessagingServiceSid }: Form, now: number): number | undefined {
  if (ScheduleType === undefined) return undefined;
  if (!MessagingServiceSid) return 35118;
  if (!SendAt) return 35111;
  const ahead = Date.parse(SendAt) - now;
  return ahead >= MIN_AHEAD_MS && ahead <= MAX_AHEAD_MS ? undefined : 35117;
}

function textOf(form: Form): TextRequest {
  return {
    to: form.To ?? '',
    from: form.From ?? null,
    messagingServiceSid: form.MessagingServiceSid ?? null,
    body: form.Body ?? '',
    // Twilio silently drops the others (support.twilio.com, article 360017961894).
    mediaUrls: channelOf(form.To ?? '') === 'whatsapp' ? form.MediaUrl.slice(0, 1) : form.MediaUrl,
    contentSid: form.ContentSid ?? null,
    contentVariables: form.ContentVariables ?? null,
    smartEncoded: form.SmartEncoded === 'true',
    validityMs: form.ValidityPeriod === undefined ? null : Number(form.ValidityPeriod) * 1000,
    statusCallback: form.StatusCallback ?? null,
    sendAt: form.ScheduleType && form.SendAt ? Date.parse(form.SendAt) : null,
  };
}

function webAddress(text: string): URL | null {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) ? url : null;
}
