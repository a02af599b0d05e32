import type { SandboxMessage, Accepted, Attachment, MessageEvent, Named } from '../../core/inbox/message.ts';
import type { ResendStep, SuppressedReason } from './magic.policy.ts';

export interface ResendMessage extends Accepted, Named {
  provider: 'resend';
  /** Index among the recipients of its e-mail. */
  index: number;
  kind: 'to' | 'cc' | 'bcc';
  subject: string | null;
  text: string | null;
  html: string | null;
  templateId: string | null;
  tags: { name: string; value: string }[];
  headers: Record<string, string>;
  /** Set when it was sent while its recipient was on the suppression list. */
  suppressionReason?: SuppressedReason;
  /** All recipients, as the e-mail has them. */
  addressees: Record<'to' | 'cc' | 'bcc' | 'replyTo', string[]>;
  attachments: Attachment[];
  events: MessageEvent<ResendStep>[];
}

/** Whether it is an e-mail of this simulator. */
export const isEmail = (message: SandboxMessage | undefined): message is ResendMessage =>
  message?.provider === 'resend';
