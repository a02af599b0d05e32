import { type EmailRequested, type Mailbox, readAddress } from '#libs/contracts';

/** An e-mail ready for a provider: the request with its defaults filled in. */
export type EmailMessage = EmailRequested & {
  from: Mailbox;
  /**
   * The provider whose own template it uses, with the template's id there. A template of ours has already been
   * rendered.
   */
  boundTo?: string;
  /** The scope of the provider's own list that upstream names, such as that of an unsubscribe group. */
  listScope?: string;
  /** The reasons of suppressions that it ignores. */
  past?: readonly string[];
  /** The recipient's own unsubscribe link; in the headers, and where text and HTML have a placeholder. */
  unsubscribeUrl?: string;
};

/** `Ada <ada@example.org>` or a bare address. */
export function mailboxOf(text: string): Mailbox {
  const named = /^(.*?)\s*<([^<>]+)>$/.exec(text);
  return named ? { email: inAscii(named[2]!), name: named[1]! } : { email: inAscii(text) };
}

function inAscii(text: string): string {
  const read = readAddress(text);
  return 'address' in read ? read.address : text;
}
