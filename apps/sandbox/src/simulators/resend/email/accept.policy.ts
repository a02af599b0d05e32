import { fromTags } from '#libs/providers';
import type { WebhookFault } from '../../../core/gate/fault.policy.ts';
import { type InlineImage, isShown, typeOfFile } from '../../../core/inbox/inline-image.policy.ts';
import type { Attachment } from '../../../core/inbox/message.ts';
import type { ResendMessage } from '../message.ts';
import { bareAddress, nameOfMailbox } from './email-rules.policy.ts';
import type { Email } from './email.policy.ts';

export interface Acceptance {
  /** The id in the response, a UUID. */
  emailId: string;
  /** Milliseconds of the epoch. */
  now: number;
  webhookFault: WebhookFault | null;
}

/** One message per recipient: they share the e-mail's id, and have their own events. */
export function messagesOf(email: Email, { emailId, now, webhookFault }: Acceptance): Omit<ResendMessage, 'events'>[] {
  const { tags = [], headers = {}, cc = [], bcc = [], reply_to: replyTo = [] } = email;
  const fields = fromTags(Object.fromEntries(tags.map(({ name, value }) => [name, value])));
  const shared = {
    provider: 'resend' as const,
    providerMessageId: emailId,
    reference: fields['mi_message_id'] ?? null,
    callId: fields['mi_call_id'] ?? null,
    from: email.from,
    replyTo,
    acceptedAt: now,
    startsAt: email.scheduled_at === undefined ? now : Math.max(now, Date.parse(email.scheduled_at)),
    status: email.scheduled_at === undefined ? 'queued' : 'scheduled',
    webhookFault,
    subject: email.subject ?? null,
    text: email.text ?? null,
    html: email.html ?? null,
    templateId: email.template?.id ?? null,
    tags,
    headers,
    addressees: { to: email.to, cc, bcc, replyTo },
    attachments: (email.attachments ?? []).map(attachment),
  };
  const lists = { to: email.to, cc, bcc };
  const recipients = (['to', 'cc', 'bcc'] as const).flatMap((kind) =>
    lists[kind].map((mailbox) => ({ to: bareAddress(mailbox), ...named(mailbox), kind })),
  );
  return recipients.map((recipient, index) => ({ ...shared, ...recipient, index, id: `${emailId}/${index}` }));
}

function named(mailbox: string): { toName?: string } {
  const toName = nameOfMailbox(mailbox);
  return toName ? { toName } : {};
}

// The sandbox fetches nothing from other machines: a file by URL is only named.
function attachment(file: File): Attachment {
  const { content, path, content_id: contentId } = file;
  return {
    filename: nameOf(file),
    type: typeOf(file),
    bytes: Math.floor(((content?.length ?? 0) * 3) / 4),
    ...(path !== undefined && { url: path }),
    ...(contentId && { contentId }),
  };
}

/** The images in an e-mail's HTML. */
export function imagesOf({ attachments = [] }: Email, providerMessageId: string): InlineImage[] {
  return attachments.flatMap((file) => {
    const { content, content_id: contentId } = file;
    const type = typeOf(file);
    return content && contentId && isShown(type) ? { providerMessageId, contentId, type, content } : [];
  });
}

type File = NonNullable<Email['attachments']>[number];
const nameOf = ({ filename, path }: File): string => filename ?? path?.split('/').at(-1) ?? 'attachment';
const typeOf = (file: File): string => file.content_type ?? typeOfFile(nameOf(file)) ?? 'application/octet-stream';
