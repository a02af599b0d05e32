import { identityKey } from '#libs/contracts';
import type { IncomingFact, KeptFact } from './fact.ts';

/** What the provider calls one call; coalesced messages share it. */
export interface Reference {
  provider: string;
  providerMessageId: string;
}

/** The messages behind a reference, each with the hashes of its recipients. */
export type Members = Record<string, string[]>;

/** A fact of a known message. */
export interface KnownFact extends IncomingFact {
  id: string;
}

export const referenceKey = ({ provider, providerMessageId }: Reference): string =>
  JSON.stringify([provider, providerMessageId]);

/** The reference a fact names, if it names one. */
export function referenceOf({ provider, providerMessageId }: KeptFact): Reference | undefined {
  return provider && providerMessageId ? { provider, providerMessageId } : undefined;
}

/**
 * The references that a batch teaches or asks for, once each. Asking with no member is what makes a receipt and the
 * send it is about wait for each other when they are projected at the same time.
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

/** Whose receipt it is: the only message behind the reference, or the only one that went to this recipient. */
export function ownerOf(fact: KeptFact, members: Members | undefined): string | undefined {
  const ids = Object.keys(members ?? {});
  if (ids.length <= 1) return ids[0];
  const own = ids.filter((id) => fact.recipient && members?.[id]?.includes(fact.recipient.hash));
  return own.length === 1 ? own[0] : undefined;
}
