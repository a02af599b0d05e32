import type { SandboxMessage, Accepted, MessageEvent } from '../../core/inbox/message.ts';
import type { TextStep } from './magic.policy.ts';

export interface TextMessage extends Accepted {
  provider: 'twilio';
  body: string;
  mediaUrls: string[];
  contentSid: string | null;
  messagingServiceSid: string | null;
  statusCallback: string | null;
  segments: number;
  /** Why the channel fails it after acceptance: outside WhatsApp's window, or variables that do not match. */
  doomed?: number | null;
  /** How long it may wait at Twilio, in milliseconds. */
  validityMs?: number | null;
  updatedAt: number;
  sentAt: number | null;
  errorCode: number | null;
  events: MessageEvent<TextStep>[];
}

/** Whether it is a text of this simulator. */
export const isText = (message: SandboxMessage | undefined): message is TextMessage => message?.provider === 'twilio';
