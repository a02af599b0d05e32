import { keyedDigest } from '#libs/contracts';
import type { Likeness } from '../channel.port.ts';
import type { Delivery } from '../delivery.ts';

/** What the ledger keeps of a likeness: neither number nor text. */
export function hashedLikeness(likeness: Likeness | undefined, hashKey: string): Delivery<unknown>['likeness'] {
  if (!likeness) return undefined;
  const { party, wording } = likeness;
  return { party: keyedDigest(hashKey, party), wording: wording ? keyedDigest(hashKey, wording) : null };
}
