import type { SandboxMessage, Accepted, Attachment, MessageEvent, Named } from '../../core/inbox/message.ts';
import type { DropReason, MailStep } from './magic.policy.ts';

export const bypassNames = [
  'bypass_list_management',
  'bypass_bounce_management',
  'bypass_spam_management',
  'bypass_unsubscribe_management',
] as const;
export type BypassName = (typeof bypassNames)[number];

export interface MailMessage extends Accepted, Named {
  provider: 'sendgrid';
  /** Index among the recipients of its request. */
  index: number;
  kind: 'to' | 'cc' | 'bcc';
  subject: string | null;
  text: string | null;
  html: string | null;
  templateId: string | null;
  customArgs: Record<string, string>;
  categories: string[];
  /** The headers of the mail, overridden by those of the personalization. */
  headers: Record<string, string>;
  asmGroupId: number | null;
  /** The suppression lists that it ignores, by the names of the settings. */
  bypasses?: BypassName[];
  /** Its template does not exist: SendGrid accepts such mail, and drops it afterwards. */
  lost?: boolean;
  /** Set when it was sent while its recipient was on a suppression list. */
  suppressionReason?: DropReason;
  attachments: Attachment[];
  events: MessageEvent<MailStep>[];
}

/** Whether it is a mail of this simulator. */
export const isMail = (message: SandboxMessage | undefined): message is MailMessage => message?.provider === 'sendgrid';
