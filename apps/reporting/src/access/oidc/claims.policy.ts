import { Tenant } from '#libs/contracts';
import { type Scope, scopes, type Tenants } from '../caller.policy.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** How roles and tenants are read from a token. */
export interface ClaimRules {
  rolesClaim: string;
  roleScopes: RoleScopes;
  tenantsClaim: string;
}

export type RoleScopes = ReadonlyMap<string, readonly Scope[]>;

/** In a token: all tenants. */
const ALL = '*';

/** What a token's roles and tenants give; each empty where the token has none that counts. */
export function grantOf(
  claims: Claims,
  { rolesClaim, roleScopes, tenantsClaim }: ClaimRules,
): {
  scopes: Scope[];
  tenants: Tenants;
} {
  const roles = textsOf(claimAt(claims, rolesClaim));
  const given = new Set(roles.flatMap((role) => roleScopes.get(role) ?? []));
  const tenants = textsOf(claimAt(claims, tenantsClaim));
  return {
    scopes: scopes.filter((scope) => given.has(scope)),
    tenants: tenants.includes(ALL) ? 'all' : tenants.filter((name) => Tenant.safeParse(name).success),
  };
}

/**
 * A claim by its name, or by names with dots between them: `realm_access.roles`. Some providers have claims whose
 * names are URLs, with dots of their own: the whole name goes first.
 */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((inside, part) => {
    const known = typeof inside === 'object' && inside !== null && Object.hasOwn(inside, part);
    return known ? (inside as Record<string, unknown>)[part] : undefined;
  }, claims);
}

/** A list of texts, a text of several with blanks or commas between them, or an object whose keys they are. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/[\s,]+/).filter((text) => text !== '');
  if (Array.isArray(value)) return value.filter((each) => typeof each === 'string');
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

/** @returns undefined for a text of another form: `role=scope+scope, role=scope` */
export function readRoleScopes(text: string): RoleScopes | undefined {
  const rules = new Map<string, readonly Scope[]>();
  for (const part of text.split(',')) {
    const [, role, names = ''] = /^\s*([^\s=,]+)\s*=\s*([a-z+]+)\s*$/.exec(part) ?? [];
    const given = names.split('+').filter((name): name is Scope => (scopes as readonly string[]).includes(name));
    if (role === undefined || given.length !== names.split('+').length) return undefined;
    rules.set(role, given);
  }
  return rules;
}
