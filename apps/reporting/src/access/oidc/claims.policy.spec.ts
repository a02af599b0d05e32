import { describe, expect, it } from '@jest/globals';
import { claimAt, grantOf, readRoleScopes } from './claims.policy.ts';

const roleScopes = readRoleScopes('reader=read, desk = read+content,admin=read+operate+admin')!;
const rules = { rolesClaim: 'roles', roleScopes, tenantsClaim: 'tenants' };

describe('the scopes and tenants of a person', () => {
  it.each<[string, unknown]>([
    ['a list', ['desk', 'reader', 'unheard-of']],
    ['a text with blanks', 'desk reader'],
    ['a text with commas', 'reader,desk'],
    ['an object of roles', { desk: { org: 'x' }, reader: {} }],
  ])('are those of all roles that the claim has as %s', (_, roles) =>
    expect(grantOf({ roles, tenants: ['shop', 'bank'] }, rules)).toEqual({
      scopes: ['read', 'content'],
      tenants: ['shop', 'bank'],
    }),
  );

  it.each<[string, unknown]>([
    ['no such claim', undefined],
    ['null', null],
    ['a number', 7],
    ['other things', [1, {}, ['reader']]],
    ['roles that are not ours', ['root', '__proto__', 'constructor']],
  ])('are none where there is %s', (_, value) =>
    expect(grantOf({ roles: value, tenants: value === undefined ? undefined : [] }, rules)).toEqual({
      scopes: [],
      tenants: [],
    }),
  );

  it('are all tenants for * alone, and never a name that no tenant can have', () => {
    expect(grantOf({ tenants: ['*'] }, rules).tenants).toBe('all');
    expect(grantOf({ tenants: 'shop, Not A Tenant!, all' }, rules).tenants).toEqual(['shop', 'all']);
  });
});

describe('a claim', () => {
  it('is found by its name, also inside others, and where the name has dots of its own', () => {
    const claims = { 'https://example.org/roles': ['a'], realm_access: { roles: ['b'] }, 'x.y': 1, x: { y: 2 } };
    expect(claimAt(claims, 'https://example.org/roles')).toEqual(['a']);
    expect(claimAt(claims, 'realm_access.roles')).toEqual(['b']);
    expect(claimAt(claims, 'x.y')).toBe(1);
    for (const name of ['realm_access.other', 'realm_access.roles.length.x', 'toString', '__proto__', 'x.constructor'])
      expect([name, claimAt(claims, name)]).toEqual([name, undefined]);
  });
});

describe('the setting of roles and scopes', () => {
  it('is read role by role', () => {
    expect([...roleScopes]).toEqual([
      ['reader', ['read']],
      ['desk', ['read', 'content']],
      ['admin', ['read', 'operate', 'admin']],
    ]);
  });

  it.each([
    '',
    'reader',
    'reader=',
    'reader=write',
    'reader=read+',
    'a=read,,b=read',
    'a b=read',
    'reader=read;b=read',
  ])('is refused as "%s"', (text) => expect(readRoleScopes(text)).toBeUndefined());
});
