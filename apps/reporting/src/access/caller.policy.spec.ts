import { describe, expect, it } from '@jest/globals';
import { beyondGrant, impliedTenant, maySee, maySeeAll, scopes, shownTenants } from './caller.policy.ts';

const bound = { scopes: ['read', 'admin'] as const, tenants: ['shop', 'bank'] };
const free = { scopes, tenants: 'all' as const };

describe('a caller that is bound to tenants', () => {
  it('sees what concerns these tenants only', () => {
    expect(['shop', 'bank', 'default'].map((tenant) => maySee(bound, tenant))).toEqual([true, true, false]);
    expect([['shop'], ['shop', 'bank'], ['shop', 'default'], 'all' as const].map((of) => maySeeAll(bound, of))).toEqual(
      [true, true, false, false],
    );
    expect(shownTenants(bound)).toEqual(['shop', 'bank']);
  });

  it('means its tenant where it names none and has one, and else the standard one', () => {
    expect([{ tenants: ['shop'] }, bound, free].map(impliedTenant)).toEqual(['shop', 'default', 'default']);
  });

  it('gives nobody a scope or a tenant that it does not have', () => {
    expect(beyondGrant(bound, { scopes: ['read'], tenants: ['bank'] })).toEqual([]);
    expect(beyondGrant(bound, { scopes: ['read', 'content', 'operate'], tenants: ['bank'] })).toEqual([
      { field: 'scopes', rule: expect.stringContaining('content, operate') },
    ]);
    for (const tenants of [['shop', 'default'], 'all' as const])
      expect(beyondGrant(bound, { scopes: ['admin'], tenants })).toEqual([
        { field: 'tenants', rule: expect.any(String) },
      ]);
  });
});

describe('a caller of all tenants', () => {
  it('sees and gives each of them', () => {
    expect([maySee(free, 'any'), maySeeAll(free, 'all'), shownTenants(free)]).toEqual([true, true, undefined]);
    expect(beyondGrant(free, { scopes: [...scopes], tenants: 'all' })).toEqual([]);
  });
});
