import { createHmac, hash } from 'node:crypto';
import type { Channel } from './request/primitives.ts';
import { recipientIdentity } from './recipient/recipient-identity.ts';
import type { RecipientRef } from './event/status.ts';
import { repairLine } from './text/text.ts';

export interface Identity {
  tenant: string;
  channel: Channel;
  messageId: string;
}

/** The ledger's 16-byte key of a message, as a UUID text: one value per (tenant, channel, messageId). */
export function identityKey({ tenant, channel, messageId }: Identity): string {
  return uuidOf(digest([tenant, channel, messageId]));
}

/** The id of a fact that we publish. The same fact has the same id, however often it is published. */
export function factId(of: Identity & { hop: number; source: string; status: string }): string {
  return uuidOf(digest([of.tenant, of.channel, of.messageId, String(of.hop), of.source, of.status]));
}

/**
 * The id of a receipt. It depends on the content and not on the provider's event id, which may differ between repeats.
 */
export function receiptId(of: {
  provider: string;
  providerMessageId: string;
  event: string;
  recipientHash?: string | undefined;
  providerTime?: string | undefined;
  link?: string | undefined;
}): string {
  return uuidOf(
    digest([of.provider, of.providerMessageId, of.event, of.recipientHash ?? '', of.providerTime ?? '', of.link ?? '']),
  );
}

/** The id of one word of a service about an operation: a repeat has the same. */
export function operationWordId(of: { operationId: string; service: string; seq: number }): string {
  return uuidOf(digest(['operation', of.operationId, of.service, String(of.seq)]));
}

/**
 * SHA-256 over the request with sorted keys, 16 bytes as a UUID text. It distinguishes a repeat from another request
 * under the same id.
 */
export function contentDigest(request: unknown): string {
  return uuidOf(sha256(canonical(request)));
}

/** Keyed hash (HMAC-SHA-256, 16 bytes as hex) of an address. All spellings of an address have the same hash. */
export const recipientHash = (key: string, address: string): string => hashOf(key, recipientIdentity(address));

const hashOf = (key: string, identity: string): string =>
  createHmac('sha256', key).update(identity).digest('hex').slice(0, 32);

/** Keyed hash of some parts, 16 bytes as a UUID text. It shows whether two values are equal and nothing else. */
export function keyedDigest(key: string, parts: readonly string[]): string {
  return uuidOf(
    createHmac('sha256', key)
      .update(parts.map((part) => `${part.length}:${part};`).join(''))
      .digest('hex')
      .slice(0, 32),
  );
}

/** `a***@inbox.test`, `+1******0123`: enough for a person to recognise, too little to send to. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  // The first character of an address from a webhook may be any, also one half of a surrogate pair.
  if (at > 0) return repairLine(`${String.fromCodePoint(address.codePointAt(0)!)}***${address.slice(at)}`);
  if (address.length < 8) return '***';
  return repairLine(address.slice(0, 2) + '*'.repeat(address.length - 6) + address.slice(-4));
}

/** An address as events and logs may contain it: hash and mask are the same for every spelling. */
export function recipientRef(key: string, address: string): RecipientRef {
  const identity = recipientIdentity(address);
  return { hash: hashOf(key, identity), mask: maskAddress(identity) };
}

/** Each part is preceded by its length, so that different lists never give the same bytes. */
function digest(parts: string[]): string {
  let text = '';
  for (const part of parts) text += `${part.length}:${part};`;
  return sha256(text);
}

/** One call takes half the time of creating a hash object for so few bytes. */
const sha256 = (text: string): string => hash('sha256', text, 'hex');

function uuidOf(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** JSON with sorted keys. Computed for every request, so it is written without intermediate lists. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const fields = value as Record<string, unknown>;
  let text = '';
  for (const key of sorted(Object.keys(fields))) {
    if (fields[key] !== undefined) text += `${text && ','}${JSON.stringify(key)}:${canonical(fields[key])}`;
  }
  return `{${text}}`;
}

/** The usual request has few fields: sorting them in place saves what Array.sort allocates (1.5 KB a message). */
const FEW = 40;

/** By UTF-16 units, as Array.sort does. */
function sorted(keys: string[]): string[] {
  if (keys.length > FEW) return keys.sort();
  for (let end = 1; end < keys.length; end += 1) {
    const key = keys[end]!;
    let at = end;
    for (; at > 0 && keys[at - 1]! > key; at -= 1) keys[at] = keys[at - 1]!;
    keys[at] = key;
  }
  return keys;
}
