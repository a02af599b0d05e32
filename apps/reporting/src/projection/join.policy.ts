import { identityKey } from '#libs/contracts';
import type { IncomingFact, KeptFact } from './fact.ts';

/** The provider's id of one call; the messages of a batch share it. */
export interface Reference {
  provider: string;
  providerMessageId: string;
}

/** The messages of a provider's id, each with the hashes of its recipients. */
export type Members = Record<string, string[]>;

/** A fact of a known message. */
export interface KnownFact extends IncomingFact {
  id: string;
}

export const referenceKey = ({ provider, providerMessageId }: Reference): string =>
  JSON.stringify([provider, providerMessageId]);

/** The provider's id in a fact, if it has one. */
export function referenceOf({ provider, providerMessageId }: KeptFact): Reference | undefined {
  return provider && providerMessageId ? { provider, providerMessageId } : undefined;
}

/**
 * The provider's ids that the facts of a batch define or use, once each. An entry without a member makes a receipt and
 * its send wait for each other when they are projected at the same time.
 */
export function referencesIn(facts: readonly IncomingFact[]): (Reference & { members: Members })[] {
  const found = new Map<string, Reference & { members: Members }>();
  for (const { of, fact } of facts) {
    const reference = referenceOf(fact);
    if (!reference || (of && fact.source === 'receipt')) continue;
    const key = referenceKey(reference);
    const entry = found.get(key) ?? { ...reference, members: {} };
    if (of) entry.members[identityKey(of)] = (fact.recipients ?? []).map((recipient) => recipient.hash);
    found.set(key, entry);
  }
  return [...found.values()];
}

/** The message of a receipt: the only one with the provider's id, or the only one to this recipient. */
export function ownerOf(fact: KeptFact, members: Members | undefined): string | undefined {
  const ids = Object.keys(members ?? {});
  if (ids.length <= 1) return ids[0];
  const own = ids.filter((id) => fact.recipient && members?.[id]?.includes(fact.recipient.hash));
  return own.length === 1 ? own[0] : undefined;
}
