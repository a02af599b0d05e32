import type { SuppressionChanged } from '#libs/contracts';
import type { KeptSuppression, SuppressionChange } from './suppressions.port.ts';

/** A provider has removed a recipient from its own list. */
export interface Withdrawal extends Pick<SuppressionChanged, 'channel' | 'recipient' | 'scope'> {
  provider: string;
  /** When, in ISO 8601. */
  at: string;
  note: string;
}

/**
 * What that lifts: the suppressions of the list's scope that this provider caused, for all tenants. Those that a person
 * or another provider caused are kept, and so are later ones. `standing`: the recipient's suppressions.
 */
export function withdrawn(
  { channel, recipient, scope, provider, at, note }: Withdrawal,
  state: readonly KeptSuppression[],
): SuppressionChange[] {
  const held = state.filter((one) => one.scope === scope);
  const own = held
    .filter((one) => one.provider === provider && Date.parse(one.at) <= Date.parse(at))
    .map(({ tenant }) => tenant);
  // The table follows the topic with a small delay: the list's own entry may not be stored yet.
  const mayBeComing = !held.some(({ tenant }) => tenant === undefined);
  const scopeKeys = mayBeComing ? [undefined, ...own] : own;
  return scopeKeys.map((tenant) => ({
    lift: { channel, recipient, scope, at, note, ...(tenant !== undefined && { tenant }) },
  }));
}
