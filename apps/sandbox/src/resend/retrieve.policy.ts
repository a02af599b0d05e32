import type { ResendMessage } from '../messages/message.ts';

/** As GET /emails lists it (resend.yaml, Email; text, html and tags only with a single one). */
export function listedEmail(message: ResendMessage): Record<string, unknown> {
  const { addressees, templateId } = message;
  const orNull = (list: string[]) => (list.length > 0 ? list : null);
  return {
    id: message.providerMessageId,
    message_id: `<${message.providerMessageId}@email.sandbox.test>`,
    to: addressees.to,
    from: message.from,
    created_at: instant(message.acceptedAt),
    subject: message.subject ?? (templateId === null ? '' : `Template ${templateId}`),
    bcc: orNull(addressees.bcc),
    cc: orNull(addressees.cc),
    reply_to: orNull(addressees.replyTo),
    last_event: message.status,
    scheduled_at: message.startsAt > message.acceptedAt ? instant(message.startsAt) : null,
  };
}

/** As GET /emails/{id} tells it. */
export const wholeEmail = (message: ResendMessage): Record<string, unknown> => ({
  object: 'email',
  ...listedEmail(message),
  html: message.html,
  text: message.text,
  tags: message.tags,
});

export interface Page {
  limit: number;
  after: string | undefined;
  before: string | undefined;
}

/** Null for a query that Resend does not take. */
export function pageOf({ limit = '20', after, before }: { limit?: string; after?: string; before?: string }): Page | null {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > 100 || (after !== undefined && before !== undefined)) return null;
  return { limit: count, after, before };
}

/** A page of e-mails that stand newest first. */
export function paged(emails: readonly ResendMessage[], { limit, after, before }: Page): Record<string, unknown> {
  const place = (id: string) => emails.findIndex((email) => email.providerMessageId === id);
  const start = after !== undefined ? place(after) + 1 : before !== undefined ? Math.max(0, place(before) - limit) : 0;
  const end = before !== undefined ? Math.max(0, place(before)) : start + limit;
  return { object: 'list', has_more: before === undefined ? end < emails.length : start > 0, data: emails.slice(start, end).map(listedEmail) };
}

/** As Resend writes it: `2023-04-03 22:13:42.674+00`. */
const instant = (at: number): string => new Date(at).toISOString().replace('T', ' ').replace('Z', '+00');
