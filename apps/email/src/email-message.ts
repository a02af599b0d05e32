import type { EmailRequested, Mailbox } from '#libs/contracts';

/** An e-mail ready for a provider: the request with the defaults filled in. */
export type EmailMessage = EmailRequested & {
  from: Mailbox;
  /** The recipient’s own unsubscribe link of ours; stands in the headers, and where text and HTML ask for it. */
  unsubscribeUrl?: string;
};

/** `Ada <ada@example.org>` or a bare address. */
export function mailboxOf(text: string): Mailbox {
  const named = /^(.*?)\s*<([^<>]+)>$/.exec(text);
  return named ? { email: named[2]!, name: named[1]! } : { email: text };
}
