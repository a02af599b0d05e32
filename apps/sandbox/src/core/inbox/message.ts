import type { WebhookFault } from '../gate/fault.policy.ts';
import type { ResendStep, SuppressedReason } from './magic-resend.policy.ts';
import type { DropReason, MailStep, TextStep } from './magic.policy.ts';

export const bypassNames = [
  'bypass_list_management',
  'bypass_bounce_management',
  'bypass_spam_management',
  'bypass_unsubscribe_management',
] as const;
export type BypassName = (typeof bypassNames)[number];

/** Why a provider does not send to a recipient, in its own words. */
export type SuppressedRecipientReason = DropReason | SuppressedReason;

/** `planned`: has not happened yet. `none`: there is no address to tell it to. */
export type WebhookState = 'planned' | 'pending' | 'acknowledged' | 'failed' | 'none';

export interface MessageEvent<Step> {
  step: Step;
  /** When it happens, in milliseconds of the epoch. Fixed at acceptance, so a repeat tells the same time. */
  at: number;
  webhook: WebhookState;
}

/** How a mailbox is called in the mail; unset: it has no name. */
interface Named {
  fromName?: string;
  toName?: string;
  /** Where answers go, each as `Name <address>` or the address alone. */
  replyTo?: string[];
}

interface Accepted {
  /** One per recipient: SendGrid's sg_message_id, Twilio's Sid, Resend's id with a number. */
  id: string;
  /** What the caller was told: SendGrid's X-Message-Id, Twilio's Sid, Resend's id. */
  providerMessageId: string;
  /** The platform's message id and call id, as far as the request carried them. */
  reference: string | null;
  callId: string | null;
  to: string;
  /** Null while a Messaging Service has not chosen its sender. */
  from: string | null;
  /** Milliseconds of the epoch. */
  acceptedAt: number;
  /** When it leaves: the time of acceptance, or the one it was scheduled for. */
  startsAt: number;
  status: string;
  /** What the fault of its request does to its webhooks. */
  webhookFault: WebhookFault | null;
  /** Set when the inbox was cleared: nothing more happens to it. */
  forgotten?: boolean;
}

export interface Attachment {
  filename: string;
  type: string;
  bytes: number;
  /** Where the provider would fetch it. */
  url?: string;
  /** By which the HTML shows it: as `cid:…`. */
  contentId?: string;
}

export interface MailMessage extends Accepted, Named {
  provider: 'sendgrid';
  /** Position among the recipients of its request. */
  index: number;
  kind: 'to' | 'cc' | 'bcc';
  subject: string | null;
  text: string | null;
  html: string | null;
  templateId: string | null;
  customArgs: Record<string, string>;
  categories: string[];
  /** Those of the mail, and of the personalization, which win. */
  headers: Record<string, string>;
  asmGroupId: number | null;
  /** The suppression lists it goes past, by the names of the settings that said so. */
  bypasses?: BypassName[];
  /** Its template does not exist: SendGrid accepts such mail, and drops it afterwards. */
  lost?: boolean;
  /** Set when it left and its recipient stood on a suppression list. */
  suppressedRecipients?: DropReason;
  attachments: Attachment[];
  events: MessageEvent<MailStep>[];
}

export interface ResendMessage extends Accepted, Named {
  provider: 'resend';
  /** Position among the recipients of its e-mail. */
  index: number;
  kind: 'to' | 'cc' | 'bcc';
  subject: string | null;
  text: string | null;
  html: string | null;
  templateId: string | null;
  tags: { name: string; value: string }[];
  headers: Record<string, string>;
  /** Set when it left and its recipient stood on the suppression list. */
  suppressedRecipients?: SuppressedReason;
  /** Everyone the e-mail names, as it names them. */
  addressees: Record<'to' | 'cc' | 'bcc' | 'replyTo', string[]>;
  attachments: Attachment[];
  events: MessageEvent<ResendStep>[];
}

export interface TextMessage extends Accepted {
  provider: 'twilio';
  body: string;
  mediaUrls: string[];
  contentSid: string | null;
  messagingServiceSid: string | null;
  statusCallback: string | null;
  segments: number;
  /** Why the channel fails it once it was accepted: outside WhatsApp's window, or variables that do not match. */
  doomed?: number | null;
  /** How long it may wait here, in milliseconds. */
  validityMs?: number | null;
  updatedAt: number;
  sentAt: number | null;
  errorCode: number | null;
  events: MessageEvent<TextStep>[];
}

/** The status of a message that was scheduled, and called off. */
export const CANCELLED = 'canceled';

export type SandboxMessage = MailMessage | ResendMessage | TextMessage;
export type ProviderName = SandboxMessage['provider'];
