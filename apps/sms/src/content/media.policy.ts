import type { FieldError } from '#libs/contracts';
import type { FileFacts, FileFault } from '#libs/delivery';
import type { SmsMessage } from '../sms-message.ts';

/** Media that Twilio could not fetch, since it fetches from outside, field by field. */
export function mediaProblems(urls: readonly string[]): FieldError[] {
  return urls.flatMap((address, index) => {
    const rule = ruleFor(new URL(address));
    return rule ? [{ field: `mediaUrls[${index}]`, rule }] : [];
  });
}

const unreachable = /^(localhost|.*\.localhost|.*\.local|.*\.internal|\d+\.\d+\.\d+\.\d+|\[.*\])$/i;

function ruleFor(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password: put a signature into the query';
  return unreachable.test(url.hostname) ? 'must have a host name that the provider can reach from outside' : undefined;
}

const KB = 1_000;
const MB = 1_000_000;
/** Twilio's limits (provider facts: Twilio's messages and WhatsApp), in bytes of one file. */
const limits = { picture: 5 * MB, otherByMms: 500 * KB, whatsapp: 16 * MB };
const pictures = new Set(['image/jpeg', 'image/png', 'image/gif']);
/** What is answered in place of a file, with status 200. */
const PAGE = 'text/html';

/**
 * What is proven wrong with media by what their servers tell of them; what they do not tell is left to the provider, whose word
 * it is then (63019, 63034, 11751).
 */
export function mediaFault(kind: SmsMessage['kind'], facts: readonly (FileFacts | undefined)[]): (FieldError & { fault: FileFault }) | undefined {
  for (const [index, told] of facts.entries()) {
    const field = `mediaUrls[${index}]`;
    if (told?.type === PAGE) return { fault: 'unusable', field, rule: 'must lead to the file itself, not to a page' };
    const most = mostBytesOf(kind, told?.type);
    if (told?.bytes !== undefined && told.bytes > most) {
      return { fault: 'too-large', field, rule: `must have at most ${most} bytes, and has ${told.bytes}` };
    }
  }
  return undefined;
}

/** Where the type is not told, it may be a picture. */
function mostBytesOf(kind: SmsMessage['kind'], type: string | undefined): number {
  if (kind === 'whatsapp') return limits.whatsapp;
  return type === undefined || pictures.has(type) ? limits.picture : limits.otherByMms;
}
