import { type CallReference, type Mailbox, referenceFields } from '#libs/contracts';
import type { MailDataRequired } from '@sendgrid/mail';
import type { EmailMessage } from '../../email-message.ts';

const box = ({ email, name }: Mailbox) => (name === undefined ? { email } : { email, name });

/** An e-mail as SendGrid's SDK takes it. The reference goes into custom_args, which come back in every event. */
export function toMailData(message: EmailMessage, reference: CallReference): MailDataRequired {
  const { subject, text, html, replyTo, headers, template, tags } = message;
  const mail = {
    from: box(message.from),
    personalizations: [
      {
        to: message.to.map(box),
        ...(message.cc?.length && { cc: message.cc.map(box) }),
        ...(message.bcc?.length && { bcc: message.bcc.map(box) }),
        ...(template && { dynamicTemplateData: template.variables }),
        customArgs: referenceFields({ ...reference }),
      },
    ],
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

function attachment(file: NonNullable<EmailMessage['attachments']>[number]) {
  return {
    filename: file.filename,
    content: file.content ?? '',
    ...(file.contentType && { type: file.contentType }),
    ...(file.contentId && { contentId: file.contentId, disposition: 'inline' }),
  };
}
