import { type Scope, scopes } from '../../../reporting/src/access/caller.policy.ts';
import { UsageError } from '../errors.ts';

/** The options of `keys create` that say what a key may do. */
export interface GrantValues {
  scope?: readonly string[];
  tenant?: readonly string[];
  allTenants?: boolean;
}

/**
 * What a key is to have.
 * @throws UsageError where that is not said, or not in a word of ours
 */
export function grantOf({ scope = [], tenant = [], allTenants = false }: GrantValues): {
  scopes: Scope[];
  tenants: 'all' | string[];
} {
  const known = scope.filter((name): name is Scope => (scopes as readonly string[]).includes(name));
  const unknown = scope.filter((name) => !known.includes(name as Scope));
  if (unknown.length > 0)
    throw new UsageError(`there is no scope ${unknown.join(', ')}. There are ${scopes.join(', ')}`);
  if (known.length === 0)
    throw new UsageError('a key needs a scope', [`give --scope: ${scopes.join(', ')}; it may be repeated`]);
  if (allTenants === tenant.length > 0)
    throw new UsageError('a key is bound to tenants, or to none', [
      'give --tenant <name>, which may be repeated, or --all-tenants, and not both',
    ]);
  return { scopes: [...new Set(known)], tenants: allTenants ? 'all' : [...new Set(tenant)] };
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

/**
 * When a key expires, ISO 8601; undefined: never.
 * @param when `12h`, `90d`, or a time
 * @param now in milliseconds
 * @throws UsageError for anything else
 */
export function expiryOf(when: string | undefined, now: number): string | undefined {
  if (when === undefined) return undefined;
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(when) ?? [];
  if (count !== undefined && unit !== undefined) return new Date(now + Number(count) * UNITS[unit]!).toISOString();
  if (!/^\d{4}-\d\d-\d\d(T|$)/.test(when) || Number.isNaN(Date.parse(when)))
    throw new UsageError('--expires must be such as 12h, 90d or 2030-01-31T09:00:00Z');
  return new Date(when).toISOString();
}
