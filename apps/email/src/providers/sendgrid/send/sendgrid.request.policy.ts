import { hash } from 'node:crypto';
import { type CallReference, referenceFields } from '#libs/providers';
import { replyToList } from '#libs/contracts';
import type { MailDataRequired } from '@sendgrid/helpers/classes/mail.js';
import type { EmailMessage } from '../../../email-message.ts';
import { headerTexts } from '../../../header-text.policy.ts';
import { scopeOf } from '../../../unsubscribe/unsubscribe-link.policy.ts';
import { mailSettings, trackingSettings } from './sendgrid.settings.policy.ts';
import { sendgridOptionsOf } from './sendgrid.options.ts';
import { boxOf, categoryOf, filenameOf, recipientBox } from './sendgrid.words.policy.ts';

/** One e-mail of a call. */
export interface Member {
  message: EmailMessage;
  reference: CallReference;
}

/** The custom argument by which every event says what the recipient unsubscribed from. */
export const SCOPE_ARGUMENT = 'mi_scope';

/**
 * The placeholder of a recipient's own link in the shared content of a call; SendGrid replaces it, per personalization.
 */
const LINK = 'mi_unsubscribe_url';
const linkTag = `{{${LINK}}}`;

/**
 * E-mails that share all but recipients, variables, reference and unsubscribe link, in the form of SendGrid's SDK: one
 * personalization each. The reference is in custom_args, which every event returns. All objects are new, because the
 * SDK changes its arguments.
 */
export function toMailData(members: readonly Member[]): MailDataRequired {
  const [{ message }] = members as [Member];
  const { template, unsubscribeUrl: link } = message;
  const { asm } = sendgridOptionsOf(message) ?? {};
  const [subject, text, html] = [message.subject, message.text, message.html].map((part) => withoutLink(part, link));
  const categories = categoriesOf(message);
  const ipPoolName = ipPoolOf(message);
  const mail = {
    from: boxOf(message.from),
    personalizations: members.map(personalization),
    ...(subject !== undefined && { subject }),
    ...(text !== undefined && { text }),
    ...(html !== undefined && { html }),
    ...replies(replyToList(message.replyTo).map(boxOf)),
    ...(message.headers && link === undefined && { headers: headerTexts(message.headers) }),
    ...(template && { templateId: template.name }),
    ...(categories && { categories }),
    ...(message.attachments?.length && { attachments: message.attachments.map(attachment) }),
    ...(asm && { asm: { ...asm } }),
    ...(ipPoolName !== undefined && { ipPoolName }),
    ...trackingSettings(message),
    ...mailSettings(message),
  };
  return mail as MailDataRequired;
}

/** The tags and SendGrid's own categories, each once; undefined: there are none. */
export function categoriesOf(message: EmailMessage): string[] | undefined {
  const own = sendgridOptionsOf(message)?.categories;
  if (!message.tags?.length && !own?.length) return undefined;
  return [...new Set([...(message.tags ?? []).map(categoryOf), ...(own ?? [])])];
}

export const ipPoolOf = (message: EmailMessage): string | undefined =>
  sendgridOptionsOf(message)?.ipPoolName ?? message.ipPool;

/** What every event of a mail returns. */
export function customArgsOf({ message, reference }: Member): Record<string, string> {
  const fields = referenceFields(reference);
  if (isMailing(message)) fields[SCOPE_ARGUMENT] = scopeOf(message);
  return fields;
}

/** What SendGrid puts into the shared content of a call, where the content holds the recipient's own link. */
export function linkOf({
  subject,
  text,
  html,
  unsubscribeUrl: link,
}: EmailMessage): Record<string, string> | undefined {
  if (link === undefined) return undefined;
  const isUsed = subject?.includes(link) || text?.includes(link) || html?.includes(link);
  return isUsed ? { [LINK]: link } : undefined;
}

function personalization(member: Member) {
  const { message } = member;
  const { unsubscribeUrl: link, template } = message;
  const substitutions = linkOf(message);
  return {
    to: message.to.map(recipientBox),
    ...(message.cc?.length && { cc: message.cc.map(recipientBox) }),
    ...(message.bcc?.length && { bcc: message.bcc.map(recipientBox) }),
    ...(template && {
      dynamicTemplateData: { ...(link !== undefined && { unsubscribeUrl: link }), ...template.variables },
    }),
    // All headers: whether SendGrid merges a personalization's headers with the mail's or replaces them is not
    // documented.
    ...(link !== undefined && { headers: headerTexts(message.headers ?? {}) }),
    ...(substitutions && { substitutions }),
    customArgs: customArgsOf(member),
  };
}

const isMailing = ({ category, unsubscribe }: EmailMessage) => category === 'marketing' || unsubscribe !== undefined;

/**
 * What the e-mails of one call must share. Mails with attachments, or to several recipients, are sent alone: a call has
 * at most 1,000 recipients.
 */
export function batchKey(message: EmailMessage): string | undefined {
  const { from, subject, text, html, replyTo, headers, template, tags, tracking, ipPool, sandbox, providerOptions } =
    message;
  if (message.attachments?.length || message.to.length > 1 || message.cc?.length || message.bcc?.length)
    return undefined;
  const own = message.unsubscribeUrl === undefined ? 'shared headers' : 'own headers';
  const scope = isMailing(message) ? scopeOf(message) : null;
  const shared = JSON.stringify([
    own,
    scope,
    from,
    subject,
    text,
    html,
    replyTo,
    headers,
    template?.name,
    template?.version,
    tags,
    tracking,
    ipPool,
    sandbox,
    providerOptions,
  ]);
  return hash('sha256', withoutLink(shared, message.unsubscribeUrl)!, 'base64');
}

/** Content in which each recipient's own link is the placeholder. */
export const withoutLink = (text: string | undefined, link: string | undefined) =>
  link === undefined ? text : text?.replaceAll(link, linkTag);

/** SendGrid accepts one address or a list, under different names. */
function replies(to: { email: string }[]) {
  if (to.length === 0) return {};
  return to.length === 1 ? { replyTo: to[0] } : { replyToList: to };
}

function attachment(file: NonNullable<EmailMessage['attachments']>[number]) {
  return {
    filename: filenameOf(file.filename),
    content: file.content ?? '',
    ...(file.contentType && { type: file.contentType }),
    ...(file.contentId && { contentId: file.contentId, disposition: 'inline' }),
  };
}
