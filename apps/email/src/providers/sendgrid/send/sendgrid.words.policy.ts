import type { Mailbox } from '#libs/contracts';

/** As SendGrid writes an address: `name` only where there is one. */
export interface Box {
  email: string;
  name?: string;
}

/** A sender, or where answers go: SendGrid quotes their names itself. */
export const boxOf = ({ email, name }: Mailbox): Box => (name === undefined ? { email } : { email, name });

/**
 * A recipient. SendGrid puts the names of to, cc and bcc into a list without quoting them: of `Lovelace, Ada` it makes
 * two recipients, one of them "Lovelace". In quotes they arrive as they were given (sendgrid.limits.ts, recipient
 * names).
 */
export function recipientBox({ email, name }: Mailbox): Box {
  if (name === undefined || !/[,;"\\]/.test(name)) return boxOf({ email, name });
  return { email, name: `"${name.replace(/["\\]/g, String.raw`\$&`)}"` };
}

/** A tag as a category, which takes ASCII only: letters lose their marks, and what is left is written as _. */
export const categoryOf = (tag: string): string =>
  /^[\u0020-\u007e]*$/.test(tag)
    ? tag
    : tag
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .replace(/[^\u0020-\u007e]/gu, '_');

/** The name of an attachment: SendGrid takes no `;` and no `,` there. */
export const filenameOf = (name: string): string => name.replace(/[;,]/g, '_');
