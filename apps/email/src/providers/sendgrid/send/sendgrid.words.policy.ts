import type { Mailbox } from '#libs/contracts';

/** An address in SendGrid's form: `name` only where there is one. */
export interface Box {
  email: string;
  name?: string;
}

/** A sender or reply address: SendGrid quotes these names itself. */
export const boxOf = ({ email, name }: Mailbox): Box => (name === undefined ? { email } : { email, name });

/**
 * A recipient. SendGrid joins the names of to, cc and bcc into a list without quoting them: it would read `Lovelace,
 * Ada` as two recipients, one of them "Lovelace". Quoted names arrive as they were given (sendgrid.limits.ts, recipient
 * names).
 */
export function recipientBox({ email, name }: Mailbox): Box {
  if (name === undefined || !/[,;"\\]/.test(name)) return boxOf({ email, name });
  return { email, name: `"${name.replace(/["\\]/g, String.raw`\$&`)}"` };
}

/** A tag as a category, which must be ASCII: accents are removed, and other characters become _. */
export const categoryOf = (tag: string): string =>
  /^[\u0020-\u007e]*$/.test(tag)
    ? tag
    : tag
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .replace(/[^\u0020-\u007e]/gu, '_');

/** The name of an attachment: SendGrid allows neither `;` nor `,` in it. */
export const filenameOf = (name: string): string => name.replace(/[;,]/g, '_');
