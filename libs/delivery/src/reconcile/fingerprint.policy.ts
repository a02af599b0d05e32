import { keyedDigest } from '#libs/contracts';
import type { Fingerprint } from '../channel.port.ts';
import type { Delivery } from '../delivery.ts';

/** What the ledger keeps of a likeness: neither number nor text. */
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
