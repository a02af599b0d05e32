import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../errors.ts';
import { expiryOf, grantOf } from './order.ts';

const noon = Date.UTC(2030, 0, 31, 12);

describe('what a key is to have', () => {
  it('is taken from the options, each once', () => {
    expect(grantOf({ scope: ['read', 'operate', 'read'], tenant: ['shop', 'bank', 'shop'] })).toEqual({
      scopes: ['read', 'operate'],
      tenants: ['shop', 'bank'],
    });
    expect(grantOf({ scope: ['admin'], allTenants: true })).toEqual({ scopes: ['admin'], tenants: 'all' });
  });

  it.each([
    ['an unknown scope', { scope: ['read', 'write'], tenant: ['shop'] }, /no scope write. There are read, content/],
    ['no scope', { tenant: ['shop'] }, /needs a scope/],
    ['no tenant', { scope: ['read'] }, /bound to tenants/],
    ['some tenants and all', { scope: ['read'], tenant: ['shop'], allTenants: true }, /bound to tenants/],
  ])('is refused with %s', (_, values, words) => {
    expect(() => grantOf(values)).toThrow(UsageError);
    expect(() => grantOf(values)).toThrow(words);
  });
});

describe('when a key expires', () => {
  it.each([
    [undefined, undefined],
    ['12h', '2030-02-01T00:00:00.000Z'],
    ['90d', '2030-05-01T12:00:00.000Z'],
    ['2031-01-31T09:00:00+01:00', '2031-01-31T08:00:00.000Z'],
    ['2031-01-31', '2031-01-31T00:00:00.000Z'],
  ])('is read of %s', (when, at) => expect(expiryOf(when, noon)).toBe(at));

  it.each(['', '90', '90 days', '-3d', 'tomorrow', '2031-13-01', '2031'])('is not guessed from "%s"', (when) =>
    expect(() => expiryOf(when, noon)).toThrow(UsageError),
  );
});
