import type { WebhookFault } from '../gate/fault.policy.ts';

/** Why a provider does not send to a recipient, in its own words. */
export type SuppressedRecipientReason = string;

/** `planned`: has not happened yet. `none`: there is no address to tell it to. */
export type WebhookState = 'planned' | 'pending' | 'acknowledged' | 'failed' | 'none';

/** What happens to a message after acceptance. */
export interface Step {
  event: string;
}

export interface MessageEvent<S extends Step = Step> {
  step: S;
  /** When it happens, in milliseconds of the epoch. Fixed at acceptance, so a repeat tells the same time. */
  at: number;
  webhook: WebhookState;
}

/** How a mailbox is called in the mail; unset: it has no name. */
export interface Named {
  fromName?: string;
  toName?: string;
  /** Where answers go, each as `Name <address>` or the address alone. */
  replyTo?: string[];
}

export interface Accepted {
  /** The name of its simulator. */
  provider: string;
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

/** A message as the core knows it; what else it holds is its simulator's. */
export interface SandboxMessage extends Accepted {
  /** Set when it left and its recipient was on a suppression list. */
  suppressionReason?: SuppressedRecipientReason;
  events: MessageEvent[];
}

/** A message as the journal keeps it: its events follow from its recipient. */
export type StoredMessage<M extends SandboxMessage = SandboxMessage> = Omit<M, 'events'>;
