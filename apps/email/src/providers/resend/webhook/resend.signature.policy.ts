import { createHmac, timingSafeEqual } from 'node:crypto';

/** The signing secrets (`whsec_` and base64), separated by commas: two during a rotation. */
export function secretsOf(text: string): Buffer[] {
  return text.split(',').map((secret) => Buffer.from(secret.trim().replace(/^whsec_/, ''), 'base64'));
}

export interface SignedDelivery {
  id: string | undefined;
  /** Unix seconds, as text: it is part of what is signed. */
  timestamp: string | undefined;
  /** `v1,<base64>`, several separated by blanks; other versions are skipped. */
  signature: string | undefined;
  rawBody: Buffer;
}

/**
 * Svix: HMAC-SHA256 over id, timestamp and raw body, by any of the secrets, and not older than the tolerance. `now`: ms
 * since 1970.
 */
export function isGenuine(
  { id, timestamp, signature, rawBody }: SignedDelivery,
  secrets: readonly Buffer[],
  toleranceMs: number,
  now: number,
): boolean {
  if (!id || !timestamp || !signature || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp) * 1000) > toleranceMs) return false;
  const expected = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(rawBody).digest(),
  );
  return signaturesOf(signature).some((given) =>
    expected.some((evidence) => given.length === evidence.length && timingSafeEqual(given, evidence)),
  );
}

function signaturesOf(header: string): Buffer[] {
  const parts = header.split(' ').map((part) => part.split(','));
  return parts
    .filter(([version, value]) => version === 'v1' && value)
    .map(([, value]) => Buffer.from(value!, 'base64'));
}
