import type { WebhookFault } from '../gate/fault.policy.ts';

/** Why a provider does not send to a recipient, in the provider's own words. */
export type SuppressedRecipientReason = string;

/** `planned`: has not happened yet. `none`: there is no URL to report it to. */
export type WebhookState = 'planned' | 'pending' | 'acknowledged' | 'failed' | 'none';

/** An event of a message after acceptance. */
export interface Step {
  event: string;
}

export interface MessageEvent<S extends Step = Step> {
  step: S;
  /** When it happens, in ms since 1970. Fixed at acceptance, so that a repeat has the same time. */
  at: number;
  webhook: WebhookState;
}

/** The display name in the mail; unset: none. */
export interface Named {
  fromName?: string;
  toName?: string;
  /** The reply addresses, each as `Name <address>` or the address alone. */
  replyTo?: string[];
}

export interface Accepted {
  /** The name of its simulator. */
  provider: string;
  /** One per recipient: SendGrid's sg_message_id, Twilio's Sid, Resend's id with a number. */
  id: string;
  /** The id that was returned to the caller: SendGrid's X-Message-Id, Twilio's Sid, Resend's id. */
  providerMessageId: string;
  /** The platform's message id and call id, if the request contained them. */
  reference: string | null;
  callId: string | null;
  to: string;
  /** Null while a Messaging Service has not chosen its sender. */
  from: string | null;
  /** Milliseconds of the epoch. */
  acceptedAt: number;
  /** When it is sent: at acceptance, or at the scheduled time. */
  startsAt: number;
  status: string;
  /** What the fault of its request does to its webhooks. */
  webhookFault: WebhookFault | null;
  /** Set when the inbox was cleared: no further events happen. */
  forgotten?: boolean;
}

export interface Attachment {
  filename: string;
  type: string;
  bytes: number;
  /** The URL from which the provider would fetch it. */
  url?: string;
  /** The content id by which the HTML refers to it: `cid:…`. */
  contentId?: string;
}

/** A message as the core knows it; its other fields belong to its simulator. */
export interface SandboxMessage extends Accepted {
  /** Set when it was sent although its recipient was on a suppression list. */
  suppressionReason?: SuppressedRecipientReason;
  events: MessageEvent[];
}

/** A message as the journal stores it, without its events, which follow from its recipient. */
export type StoredMessage<M extends SandboxMessage = SandboxMessage> = Omit<M, 'events'>;
