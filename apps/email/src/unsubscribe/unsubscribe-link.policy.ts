import { type EmailRequested, type Failure, type FieldError, recipientHash } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import type { EmailMessage } from '../email-message.ts';
import { placeholderProblems, withLink } from './placeholder.policy.ts';
import type { UnsubscribeTokens } from './token.policy.ts';

/** How to make our links; undefined where they are not configured. */
export interface LinkMaker {
  tokens: UnsubscribeTokens;
  /** The public URL of this service. */
  publicUrl: string;
  hashKey: string;
}

const header = 'List-Unsubscribe';
const oneClickPost = { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };

/** What the recipient of this mail would unsubscribe from. */
export const scopeOf = ({ unsubscribe, listScope }: Pick<EmailMessage, 'unsubscribe' | 'listScope'>): string =>
  unsubscribe?.topic ? `topic:${unsubscribe.topic}` : (listScope ?? 'marketing');

/** The mail with its unsubscribe link in the headers (RFC 8058), and in place of the placeholders in text and HTML. */
export function withUnsubscribeLink(message: EmailMessage, links: LinkMaker | undefined): EmailMessage {
  const { unsubscribe } = message;
  if (!needsUnsubscribeLink(message) || hasUnsubscribeLink(message)) return message;
  if (unsubscribe?.url) return filled(message, unsubscribe.url, unsubscribe.oneClick === true);
  const recipient = onlyRecipient(message);
  if (!links || recipient === undefined) return message;
  const { tenant, messageId } = message;
  const token = links.tokens.seal({
    tenant,
    messageId,
    recipient: recipientHash(links.hashKey, recipient),
    scope: scopeOf(message),
  });
  const unsubscribeUrl = `${links.publicUrl}/unsubscribe/${token}`;
  return { ...filled(message, unsubscribeUrl, true), unsubscribeUrl };
}

/** Why a mailing must not be sent; undefined: it may be. */
export function missingUnsubscribeLink(message: EmailMessage): Failure | undefined {
  if (!needsUnsubscribeLink(message) || hasUnsubscribeLink(message)) return undefined;
  return onlyRecipient(message) === undefined ? sharedMailing : linksNotSetUp;
}

/** Placeholders in a request that nothing would replace, field by field. */
export function lostPlaceholders(request: EmailRequested): FieldError[] {
  const way = hasUnsubscribeLink(request) ? 'own header' : needsUnsubscribeLink(request) ? 'link' : 'none';
  return placeholderProblems(request, way);
}

const needsUnsubscribeLink = ({ category, unsubscribe }: EmailRequested) =>
  category === 'marketing' || unsubscribe !== undefined;

const hasUnsubscribeLink = ({ headers }: EmailRequested) =>
  Object.keys(headers ?? {}).some((name) => name.toLowerCase() === header.toLowerCase());

/** A link belongs to one person: two recipients of one mail cannot have one each. */
function onlyRecipient({ to, cc, bcc }: EmailMessage): string | undefined {
  return to.length === 1 && !cc?.length && !bcc?.length ? to[0]!.email : undefined;
}

function filled(message: EmailMessage, url: string, oneClick: boolean): EmailMessage {
  const { text, html } = message;
  return {
    ...message,
    headers: { ...message.headers, [header]: `<${url}>`, ...(oneClick && oneClickPost) },
    ...(text !== undefined && { text: withLink(text, url) }),
    ...(html !== undefined && { html: withLink(html, url.replaceAll('&', '&amp;').replaceAll('"', '&quot;')) }),
  };
}

const linksNotSetUp = ownFailure(
  'MSG_UNSUBSCRIBE_MISSING',
  'account',
  'operator',
  'A mailing needs a way to unsubscribe, and the platform’s own links are not set up.',
  {
    remedy: 'Set PUBLIC_URL and UNSUBSCRIBE_KEY of the email service, or name a page of yours in unsubscribe.url.',
  },
);

const sharedMailing = ownFailure(
  'MSG_UNSUBSCRIBE_SHARED',
  'bad-content',
  'never',
  'A mailing to several recipients at once cannot have an unsubscribe link for each of them.',
  {
    remedy: 'Ask for one message per recipient, or name a page of yours in unsubscribe.url.',
  },
);
