import type { ResendMessage } from '../message.ts';
import { instant } from '../page.policy.ts';

/** An e-mail as GET /emails lists it (resend.yaml, Email; text, html and tags are returned for a single one only). */
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
    last_event: lastEventOf(message),
    scheduled_at: message.startsAt > message.acceptedAt ? instant(message.startsAt) : null,
  };
}

/** What recipients did with it counts as well (resend.yaml, Email). */
const lastEventOf = ({ events, status }: ResendMessage): string =>
  events.findLast(({ webhook }) => webhook !== 'planned')?.step.event ?? status;

/** An e-mail as GET /emails/{id} returns it. */
export const wholeEmail = (message: ResendMessage): Record<string, unknown> => ({
  object: 'email',
  ...listedEmail(message),
  html: message.html,
  text: message.text,
  tags: message.tags,
});
