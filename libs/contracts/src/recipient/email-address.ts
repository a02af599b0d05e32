import { domainToASCII } from 'node:url';
import { z } from 'zod';

/**
 * Top-level names that do not exist on the internet (RFC 2606, 6761, 6762, 7686). `.test` is allowed for the sandbox.
 */
const nowhere = new Set(['invalid', 'localhost', 'local', 'onion']);

const LONGEST = 254;

/** Longer than any address with a display name: a longer text is not searched for an address. */
const MOST_READ = 1_000;

type Read = { address: string } | { wrong: string };

/** Each address is read twice within a moment: by the schema of its request, and for its hash. */
const known = new Map<string, Read>();
const MOST_KNOWN = 1_000;

/**
 * An address as providers and receipts write it: the domain in ASCII and lower case. An address that no mail server
 * would accept is refused with a reason.
 */
export function readAddress(text: string): Read {
  const before = known.get(text);
  if (before) return before;
  const read = readAddressAnew(text);
  if (known.size >= MOST_KNOWN) known.clear();
  if (text.length <= LONGEST) known.set(text, read);
  return read;
}

function readAddressAnew(text: string): Read {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || domain === '' || /[\s<>()\\,;:"\u0000-\u001f\u007f]/.test(local) || local.includes('@'))
    return { wrong: 'must be an e-mail address such as ada@example.org' };
  const wrong = localProblem(local);
  if (wrong) return { wrong };
  const read = readDomain(domain);
  if ('wrong' in read) return read;
  const address = `${local}@${read.domain}`;
  return address.length > LONGEST
    ? { wrong: `may have at most ${LONGEST} characters, the domain written in ASCII` }
    : { address };
}

function localProblem(local: string): string | undefined {
  if (/[^\u0000-\u007f]/.test(local))
    return 'must be plain ASCII before the @: the providers cannot deliver to other letters there';
  if (local.length > 64) return 'may have at most 64 characters before the @';
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..'))
    return 'must not have two dots in a row before the @, nor begin or end with one';
  return /[[\]]/.test(local) ? 'must not have brackets before the @' : undefined;
}

function readDomain(text: string): { domain: string } | { wrong: string } {
  if (text.startsWith('[') || /^[\d.]+$/.test(text))
    return { wrong: 'must have a domain after the @, not an IP address' };
  if (text.endsWith('.')) return { wrong: 'must not end in a dot' };
  // The URL parser accepts more than mail does, such as %41 and tabs.
  const plain = /^[A-Za-z0-9.-]+$/.test(text);
  if (!plain && /[\u0000-\u002c\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f]/.test(text))
    return { wrong: 'must have a domain such as example.org after the @' };
  const domain = plain && !/(^|\.)xn--/i.test(text) ? text.toLowerCase() : domainToASCII(text);
  const labels = domain.split('.');
  if (domain === '' || domain.length > 253 || !labels.every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(label)))
    return { wrong: 'must have a domain such as example.org after the @' };
  const top = labels.at(-1)!;
  if (nowhere.has(top)) return { wrong: `ends in .${top}, which leads nowhere on the internet` };
  if (labels.length < 2) return { wrong: 'must have a full domain such as example.org after the @' };
  if (/^\d+$/.test(top)) return { wrong: 'must have a domain after the @, not an IP address' };
  // Every top-level name consists of letters, or is the ASCII form of other scripts.
  return /^([a-z]{2,}|xn--[a-z0-9-]+)$/.test(top)
    ? { domain }
    : { wrong: 'must have a domain such as example.org after the @' };
}

/**
 * One spelling for an address, however a receipt, a list or a person writes it: without display name, brackets,
 * comment, `mailto:` and unnecessary quotes, the domain in ASCII and lower case without a final dot. The local part is
 * compared in lower case: RFC 5321 §2.4 leaves case to the receiving server, but no major server distinguishes it, and
 * receipts come back in lower case. Dots and `+tag` are kept, because servers treat them differently. Mail is sent to
 * the address as it was written.
 */
export function emailIdentity(text: string): string {
  const read = readAddress(text);
  if ('address' in read) return read.address.toLowerCase();
  const plain = text.length <= MOST_READ ? withoutTrimmings(text) : text.trim();
  const again = readAddress(plain);
  return ('address' in again ? again.address : plain).toLowerCase();
}

function withoutTrimmings(text: string): string {
  const plain = text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim();
  const inside = /<([^<>]*)>[^<>]*$/.exec(plain)?.[1] ?? plain.replace(/\([^()]*\)/g, '');
  const address = inside
    .trim()
    .replace(/^(?:mailto:|rfc822;)\s*/i, '')
    .replace(/^([^?]*@[^?]*)\?.*$/, '$1')
    .replace(/\.$/, '');
  const quoted = /^"((?:[^"\\]|\\.)*)"(@[^@]*)$/.exec(address);
  return quoted ? quoted[1]!.replace(/\\(.)/g, '$1') + quoted[2]! : address;
}

/** Recipient and sender addresses. International domains are accepted and converted to ASCII. */
export const EmailAddress = z
  .string()
  .max(LONGEST)
  .meta({ format: 'idn-email' })
  .transform((text, context) => {
    const read = readAddress(text);
    if ('address' in read) return read.address;
    context.addIssue({ code: 'custom', message: read.wrong });
    return z.NEVER;
  });
