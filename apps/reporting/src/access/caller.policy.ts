/** What a caller may do. The scopes are independent: `admin` alone manages keys and reads no message. */
export const scopes = ['read', 'content', 'operate', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export const scopeMeanings: Readonly<Record<Scope, string>> = {
  read: 'messages with timelines, dead letters, suppressions, holds and reports, without content; recipients masked',
  content: 'to reveal the content of a message',
  operate: 'to change what is under way',
  admin: 'to make and revoke keys, and to read the audit',
};

/** The tenants that a caller may see. */
export type Tenants = 'all' | readonly string[];

/** Who asks, and what for. */
export interface Caller {
  /** `key:<id>` or `oidc:<subject>`: how the audit names it. */
  who: string;
  scopes: readonly Scope[];
  tenants: Tenants;
}

export const mayDo = (caller: Pick<Caller, 'scopes'>, scope: Scope): boolean => caller.scopes.includes(scope);

export const maySee = ({ tenants }: Pick<Caller, 'tenants'>, tenant: string): boolean =>
  tenants === 'all' || tenants.includes(tenant);

/** Whether a caller sees something that concerns these tenants: only where it may see each of them. */
export const maySeeAll = ({ tenants }: Pick<Caller, 'tenants'>, of: Tenants): boolean =>
  tenants === 'all' || (of !== 'all' && of.every((tenant) => tenants.includes(tenant)));

/** For queries: the only tenants that are shown; undefined: all of them. */
export const shownTenants = ({ tenants }: Pick<Caller, 'tenants'>): string[] | undefined =>
  tenants === 'all' ? undefined : [...tenants];

/** The tenant that is meant where none is named: the only one that the caller sees, else `default`. */
export const impliedTenant = ({ tenants }: Pick<Caller, 'tenants'>): string =>
  tenants !== 'all' && tenants.length === 1 ? tenants[0]! : 'default';

/** What a caller may not give to a key, by field: nobody gives what he does not have. */
export function beyondGrant(
  caller: Pick<Caller, 'scopes' | 'tenants'>,
  wanted: { scopes: readonly Scope[]; tenants: Tenants },
): { field: string; rule: string }[] {
  const beyond = wanted.scopes.filter((scope) => !mayDo(caller, scope));
  return [
    ...(beyond.length > 0
      ? [{ field: 'scopes', rule: `may hold only your own scopes, not ${beyond.join(', ')}` }]
      : []),
    ...(maySeeAll(caller, wanted.tenants) ? [] : [{ field: 'tenants', rule: 'may hold only tenants of your own' }]),
  ];
}
