import { createHash, hash } from 'node:crypto';
import { type CallReference, referenceFields, toTags } from '#libs/providers';
import type { Mailbox } from '#libs/contracts';
import type { CreateEmailOptions } from 'resend';
import type { EmailMessage } from '../../../email-message.ts';
import { headerTexts } from '../../../header-text.policy.ts';

/** One e-mail of a call. */
export interface Member {
  message: EmailMessage;
  reference: CallReference;
}

/** The header of the reference, besides the tags: headers are returned in webhooks, and in replies. */
export const referenceHeader = 'X-Messaging-Reference';

// The maximum size of a batch is not documented; this many e-mails stay far below the limit of one.
const MOST_SHARED_CHARACTERS = 200_000;

/** An e-mail in the form of Resend's SDK. It must depend on the message only: a repeat must have the same bytes. */
export function toEmail({ message, reference }: Member): CreateEmailOptions {
  const { subject, text, html, template, replyTo, cc, bcc, attachments } = message;
  const { traceparent: _, ...forReaders } = reference;
  const email = {
    from: addressOf(message.from),
    to: message.to.map(addressOf),
    ...(cc?.length && { cc: cc.map(addressOf) }),
    ...(bcc?.length && { bcc: bcc.map(addressOf) }),
    ...(replyTo && { replyTo: Array.isArray(replyTo) ? replyTo.map(addressOf) : addressOf(replyTo) }),
    ...(subject !== undefined && { subject }),
    ...(template ? { template: { id: template.name, variables: sorted(template.variables) } } : { text, html }),
    headers: {
      ...sorted(headerTexts(message.headers ?? {})),
      [referenceHeader]: new URLSearchParams(referenceFields(forReaders)).toString(),
    },
    tags: [...toTags(referenceFields({ ...reference })), ...(message.tags ?? []).map(ownTag)],
    ...(attachments?.length && { attachments: attachments.map(attachment) }),
  };
  return email as CreateEmailOptions;
}

/** E-mails of one sender domain can share a batch, whatever their content. A batch cannot have attachments. */
export function batchKey({ from, text, html, attachments }: EmailMessage): string | undefined {
  if (attachments?.length || (text?.length ?? 0) + (html?.length ?? 0) > MOST_SHARED_CHARACTERS) return undefined;
  return from.email.slice(from.email.lastIndexOf('@') + 1).toLowerCase();
}

/** The idempotency key of a call: that of its only member, or one derived from all members in their order. */
export function keyOf(members: readonly Pick<Member, 'reference'>[]): string {
  const [first, ...others] = members.map(({ reference }) => reference.callId);
  return others.length === 0 ? first! : `batch-${hash('sha256', [first, ...others].join('\n'), 'hex')}`;
}

export const digestOf = (body: string): string => createHash('sha256').update(body).digest('base64url');

/** `Name <address>`; a name with special characters is quoted. */
function addressOf({ email, name }: Mailbox): string {
  if (name === undefined) return email;
  return /^[\p{L}\p{N} '_-]+$/u.test(name)
    ? `${name} <${email}>`
    : `"${name.replace(/["\\]/g, String.raw`\$&`)}" <${email}>`;
}

// A stored request may be read back with its keys in another order.
const sorted = <V>(entries: Record<string, V>): Record<string, V> =>
  Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));

const ownTag = (text: string, index: number) => ({
  name: `tag_${index + 1}`,
  value: text.replace(/[^A-Za-z0-9_-]/g, '_'),
});

/** Resend fetches files by URL itself. */
function attachment({
  filename,
  content,
  url,
  contentType,
  contentId,
}: NonNullable<EmailMessage['attachments']>[number]) {
  return {
    filename,
    ...(url === undefined ? { content: content ?? '' } : { path: url }),
    ...(contentType && { contentType }),
    ...(contentId && { contentId }),
  };
}
