import { createHash } from 'node:crypto';
import { type CallReference, type Mailbox, referenceFields } from '#libs/contracts';
import type { MailDataRequired } from '@sendgrid/mail';
import type { EmailMessage } from '../../email-message.ts';

const box = ({ email, name }: Mailbox) => (name === undefined ? { email } : { email, name });

/** One e-mail of a call. */
export interface Member {
  message: EmailMessage;
  reference: CallReference;
}

/**
 * E-mails that share all but recipients, variables and reference, as SendGrid's SDK takes them: one personalization each.
 * The reference goes into custom_args, which come back in every event.
 */
export function toMailData(members: readonly Member[]): MailDataRequired {
  const [{ message }] = members as [Member];
  const { subject, text, html, replyTo, headers, template, tags } = message;
  const mail = {
    from: box(message.from),
    personalizations: members.map(personalization),
    ...(subject !== undefined && { subject }),
    ...(text !== undefined && { text }),
    ...(html !== undefined && { html }),
    ...(replyTo && { replyTo: box(replyTo) }),
    ...(headers && { headers }),
    ...(template && { templateId: template.name }),
    ...(tags?.length && { categories: tags }),
    ...(message.attachments?.length && { attachments: message.attachments.map(attachment) }),
  };
  return mail as MailDataRequired;
}

function personalization({ message, reference }: Member) {
  return {
    to: message.to.map(box),
    ...(message.cc?.length && { cc: message.cc.map(box) }),
    ...(message.bcc?.length && { bcc: message.bcc.map(box) }),
    ...(message.template && { dynamicTemplateData: message.template.variables }),
    customArgs: referenceFields({ ...reference }),
  };
}

/** What e-mails of one call share. Those with attachments, or to several recipients, go alone: a call holds at most 1,000 recipients. */
export function togetherKey(message: EmailMessage): string | undefined {
  const { from, subject, text, html, replyTo, headers, template, tags } = message;
  if (message.attachments?.length || message.to.length > 1 || message.cc?.length || message.bcc?.length) return undefined;
  const shared = JSON.stringify([from, subject, text, html, replyTo, headers, template?.name, tags]);
  return createHash('sha256').update(shared).digest('base64');
}

function attachment(file: NonNullable<EmailMessage['attachments']>[number]) {
  return {
    filename: file.filename,
    content: file.content ?? '',
    ...(file.contentType && { type: file.contentType }),
    ...(file.contentId && { contentId: file.contentId, disposition: 'inline' }),
  };
}
