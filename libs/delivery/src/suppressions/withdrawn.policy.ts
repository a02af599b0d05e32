import type { SuppressionChanged } from '#libs/contracts';
import type { KeptSuppression, SuppressionChange } from './suppressions.port.ts';

/** A provider has taken somebody off its own list. */
export interface Withdrawal extends Pick<SuppressionChanged, 'channel' | 'recipient' | 'scope'> {
  provider: string;
  /** When, in ISO 8601. */
  at: string;
  note: string;
}

/**
 * What that lifts: the suppressions of the list's scope that stand there by this provider's word, whosever messages
 * they stop. What a person or another provider has put there stays, and so does what has come since. `standing`: what
 * holds against the recipient.
 */
export function withdrawn(
  { channel, recipient, scope, provider, at, note }: Withdrawal,
  state: readonly KeptSuppression[],
): SuppressionChange[] {
  const held = state.filter((one) => one.scope === scope);
  const own = held
    .filter((one) => one.provider === provider && Date.parse(one.at) <= Date.parse(at))
    .map(({ tenant }) => tenant);
  // The table follows the topic within moments: what the list put on the place of every tenant may not be there yet.
  const mayBeComing = !held.some(({ tenant }) => tenant === undefined);
  const scopeKeys = mayBeComing ? [undefined, ...own] : own;
  return scopeKeys.map((tenant) => ({
    lift: { channel, recipient, scope, at, note, ...(tenant !== undefined && { tenant }) },
  }));
}
