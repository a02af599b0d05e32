import type { FieldError } from '#libs/contracts';
import type { FileFacts, FileFault } from '#libs/provider-http';
import type { SmsMessage } from '../sms-message.ts';

/** A provider's rules for media. */
export interface MediaLimits {
  /** For an MMS, all files together, in bytes. */
  mmsBytes: number;
  mmsPictureBytes: number;
  mmsOtherBytes: number;
  /** For a message on WhatsApp, all files together, in bytes. */
  whatsappBytes: number;
  whatsappPictureBytes: number;
  /** Maximum number of files of a message on WhatsApp. */
  whatsappFiles: number;
  /** Types of pictures, sound and video. */
  whatsappTypes: ReadonlySet<string>;
}

/**
 * Media that no provider can fetch, since they fetch over the internet, or that each would leave out, field by field.
 * @param limits those of each provider that may send the message
 */
export function mediaProblems(
  kind: SmsMessage['kind'],
  urls: readonly string[],
  limits: readonly MediaLimits[],
): FieldError[] {
  const lost = urls.flatMap((address, index) => {
    const rule = ruleFor(new URL(address));
    return rule ? [{ field: `mediaUrls[${index}]`, rule }] : [];
  });
  return kind === 'whatsapp' && limits.length > 0 && limits.every(({ whatsappFiles }) => urls.length > whatsappFiles)
    ? [{ field: 'mediaUrls', rule: 'must be one on WhatsApp: send a message for each' }, ...lost]
    : lost;
}

/** Host names of private networks (RFC 6761, 6762, 8375; ICANN reserves .internal), and IP addresses. */
const unreachable =
  /^(localhost|.*\.localhost|.*\.local|.*\.internal|home\.arpa|.*\.home\.arpa|\d+\.\d+\.\d+\.\d+|\[.*\]|[^.]*)$/;

function ruleFor(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '')
    return 'must not hold a user name or password: put a signature into the query';
  return unreachable.test(hostOf(url)) ? 'must have a host name that the provider can reach from outside' : undefined;
}

/**
 * The host name in a form that can be compared: URL converts to lower case, ASCII and full IP addresses; a final dot is
 * removed.
 */
const hostOf = ({ hostname }: URL) => hostname.replace(/\.$/, '');

const pictures = new Set(['image/jpeg', 'image/png', 'image/gif']);
/** Types that servers send in place of a file, with status 200. */
const PAGE = 'text/html';

interface Evidence {
  fault: FileFault;
  rule: string;
}

type MediaFault = FieldError & Evidence;

/**
 * What is certainly wrong with media, by what their servers state; whatever is not stated is left to the provider to
 * decide (63019, 63034, 11751).
 * @param limits those of each provider that may send the message: it fails only if all of them refuse it, and then by
 * the fault of the first, preferred one
 */
export function mediaFault(
  kind: SmsMessage['kind'],
  facts: readonly (FileFacts | undefined)[],
  limits: readonly MediaLimits[],
): MediaFault | undefined {
  const faults = limits.map((one) => faultAt(kind, facts, one));
  return faults.every((fault) => fault !== undefined) ? faults[0] : undefined;
}

function faultAt(
  kind: SmsMessage['kind'],
  facts: readonly (FileFacts | undefined)[],
  limits: MediaLimits,
): MediaFault | undefined {
  let total = 0;
  for (const [index, reported] of facts.entries()) {
    if (reported === undefined) continue;
    const field = `mediaUrls[${index}]`;
    const fault = faultOf(kind, reported, limits);
    if (fault) return { ...fault, field };
    total += reported.bytes ?? 0;
    const most = kind === 'whatsapp' ? limits.whatsappBytes : limits.mmsBytes;
    if (total > most)
      return {
        fault: 'too-large',
        field,
        rule: `must, with the files before it, have at most ${most} bytes, and has ${total}`,
      };
  }
  return undefined;
}

function faultOf(kind: SmsMessage['kind'], { type, bytes }: FileFacts, limits: MediaLimits): Evidence | undefined {
  if (type === PAGE) return { fault: 'unusable', rule: 'must lead to the file itself, not to a page' };
  if (bytes === 0) return { fault: 'unusable', rule: 'must lead to a file that is not empty' };
  if (
    kind === 'whatsapp' &&
    type !== undefined &&
    /^(image|audio|video)\//.test(type) &&
    !limits.whatsappTypes.has(type)
  ) {
    return { fault: 'unusable', rule: `must be of a type that WhatsApp takes, and is ${type}` };
  }
  const most = mostBytesOf(kind, type, limits);
  return bytes !== undefined && bytes > most
    ? { fault: 'too-large', rule: `must have at most ${most} bytes, and has ${bytes}` }
    : undefined;
}

/** Without a type it may be a picture. */
function mostBytesOf(kind: SmsMessage['kind'], type: string | undefined, limits: MediaLimits): number {
  if (kind === 'whatsapp') return type?.startsWith('image/') ? limits.whatsappPictureBytes : limits.whatsappBytes;
  return type === undefined || pictures.has(type) ? limits.mmsPictureBytes : limits.mmsOtherBytes;
}
