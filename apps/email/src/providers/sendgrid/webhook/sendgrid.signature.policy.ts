import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** The public keys of the signed event webhook, base64 SPKI separated by commas: two during a rotation. */
export function publicKeysOf(text: string): KeyObject[] {
  return text
    .split(',')
    .map((key) => createPublicKey({ key: Buffer.from(key.trim(), 'base64'), format: 'der', type: 'spki' }));
}

export interface SignedDelivery {
  signature: string | undefined;
  /** Unix seconds, as text: it is part of what is signed. */
  timestamp: string | undefined;
  /** Unchanged: SendGrid ends each event with CRLF. */
  rawBody: Buffer;
}

/**
 * ECDSA P-256 with SHA-256 over timestamp and raw body, by any of the keys, and not older than the tolerance. `now`: ms
 * since 1970.
 */
export function isGenuine(
  { signature, timestamp, rawBody }: SignedDelivery,
  keys: readonly KeyObject[],
  toleranceMs: number,
  now: number,
): boolean {
  if (!signature || !timestamp || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp) * 1000) > toleranceMs) return false;
  const signed = Buffer.concat([Buffer.from(timestamp), rawBody]);
  const evidence = Buffer.from(signature, 'base64');
  return keys.some((key) => verify('sha256', signed, key, evidence));
}
