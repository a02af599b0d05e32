import type { WebhookFault } from '../../../core/gate/fault.policy.ts';
import { type InlineImage, isShown, typeOfFile } from '../../../core/inbox/inline-image.policy.ts';
import { type Attachment } from '../../../core/inbox/message.ts';
import { bypassNames, type MailMessage } from '../message.ts';
import type { Mail, Personalization } from './mail.policy.ts';
import { rendered, type Source } from '../templates/rendering.ts';

export interface Acceptance {
  /** The X-Message-Id of the response. */
  requestId: string;
  /** Random hexadecimal digits, so that the ids of the recipients look like SendGrid's. */
  server: string;
  /** Milliseconds of the epoch. */
  now: number;
  webhookFault: WebhookFault | null;
  /** The active version of the mail's template. */
  template?: Source | undefined;
}

type Recipient = Pick<MailMessage, 'to' | 'kind' | 'toName'>;

/** One message per recipient of a request. */
export function messagesOf(mail: Mail, acceptance: Acceptance): Omit<MailMessage, 'events'>[] {
  const shared = sharedOf(mail);
  const messages: Omit<MailMessage, 'events'>[] = [];
  for (const one of mail.personalizations) {
    const { customArgs, ...own } = ownOf(mail, one, acceptance);
    const substituted = (text: string | null) => substitute(text, one.substitutions);
    const made = acceptance.template && rendered(acceptance.template, one.dynamic_template_data ?? {});
    const lost = mail.template_id !== undefined && made === undefined;
    for (const recipient of recipientsOf(one)) {
      const index = messages.length;
      messages.push({
        provider: 'sendgrid',
        id: recipientId(acceptance, index),
        index,
        ...shared,
        text: substituted(shared.text),
        html: substituted(shared.html),
        ...own,
        subject: substituted(own.subject),
        ...(made && { subject: made.subject, text: made.plain, html: made.html }),
        ...(lost && { lost }),
        ...recipient,
        customArgs,
        reference: customArgs['mi_message_id'] ?? null,
        callId: customArgs['mi_call_id'] ?? null,
      });
    }
  }
  return messages;
}

function substitute(text: string | null, substitutions: Personalization['substitutions'] = {}): string | null {
  return Object.entries(substitutions).reduce((so, [tag, value]) => so?.replaceAll(tag, () => value) ?? null, text);
}

function sharedOf(mail: Mail) {
  const part = (type: string) =>
    mail.content?.find((content) => content.type.toLowerCase().startsWith(type))?.value ?? null;
  return {
    text: part('text/plain'),
    html: part('text/html'),
    templateId: mail.template_id ?? null,
    categories: mail.categories ?? [],
    replyTo: [mail.reply_to ?? mail.reply_to_list ?? []].flat().map(written),
    asmGroupId: mail.asm?.group_id ?? null,
    bypasses: bypassNames.filter((name) => mail.mail_settings?.[name]?.enable),
    attachments: (mail.attachments ?? []).map(attachment),
  };
}

function ownOf(mail: Mail, one: Personalization, { requestId, now, webhookFault }: Acceptance) {
  const sendAt = one.send_at ?? mail.send_at;
  const from = one.from ?? mail.from;
  return {
    providerMessageId: requestId,
    from: from.email,
    ...(from.name && { fromName: from.name }),
    subject: one.subject ?? mail.subject ?? null,
    headers: headersOf(mail.headers, one.headers),
    customArgs: { ...mail.custom_args, ...one.custom_args },
    acceptedAt: now,
    startsAt: Math.max(now, (sendAt ?? 0) * 1000),
    status: 'accepted',
    webhookFault,
  };
}

/** A personalization's headers win, whatever the case of their names. */
function headersOf(general: Record<string, string> = {}, own: Record<string, string> = {}): Record<string, string> {
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(general).filter(([name]) => !names.has(name.toLowerCase()))), ...own };
}

/** The images in a mail's HTML. */
export function imagesOf({ attachments = [] }: Mail, providerMessageId: string): InlineImage[] {
  return attachments.flatMap((file) => {
    const { filename, type = typeOfFile(filename) ?? '', content, content_id: contentId } = file;
    return isInline(file) && contentId && isShown(type) ? { providerMessageId, contentId, type, content } : [];
  });
}

type File = NonNullable<Mail['attachments']>[number];
const isInline = ({ disposition }: File): boolean => disposition === 'inline';

function recipientsOf(one: Personalization): Recipient[] {
  return (['to', 'cc', 'bcc'] as const).flatMap((kind) =>
    (one[kind] ?? []).map(({ email, name }) => ({ to: email, ...(name && { toName: name }), kind })),
  );
}

const written = ({ email, name }: Mail['from']): string => (name ? `${name} <${email}>` : email);

function recipientId({ requestId, server, now }: Acceptance, index: number): string {
  const time = Math.floor(now / 1000)
    .toString(16)
    .toUpperCase();
  const number = (index + 1).toString(16).toUpperCase();
  return `${requestId}.recvd-${server.slice(0, 10)}-${server.slice(10, 15)}-1-${time}-${number}.0`;
}

// Only what the inbox shows is kept: a load test with attachments would fill the memory otherwise.
function attachment(file: File): Attachment {
  const { filename, type = 'application/octet-stream', content, content_id: contentId } = file;
  return {
    filename,
    type,
    bytes: Math.floor((content.length * 3) / 4),
    ...(isInline(file) && contentId && { contentId }),
  };
}
