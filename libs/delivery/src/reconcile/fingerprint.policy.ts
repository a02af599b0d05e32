import { keyedDigest } from '#libs/contracts';
import type { Fingerprint } from '../channel.port.ts';
import type { Delivery } from '../delivery.ts';

/** The hashed form of a fingerprint, as the ledger stores it: neither number nor text. */
export function hashedFingerprint(
  fingerprint: Fingerprint | undefined,
  hashKey: string,
): Delivery<unknown>['fingerprint'] {
  if (!fingerprint) return undefined;
  const { participants, contentHash } = fingerprint;
  return {
    participants: keyedDigest(hashKey, participants),
    contentHash: contentHash ? keyedDigest(hashKey, contentHash) : null,
  };
}
