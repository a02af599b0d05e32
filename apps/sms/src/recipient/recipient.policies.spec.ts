import { describe, expect, it } from '@jest/globals';
import { budgetOf, overBudget, readBudgets } from './budget.policy.ts';
import { readPhone } from './phone.policy.ts';
import { closest, readRegions } from './region.policy.ts';

describe('a phone number', () => {
  it.each([
    ['+12025550123', 'US'],
    ['+14165550123', 'CA'],
    ['+17875550123', 'PR'],
    ['+491701234567', 'DE'],
    ['+447400123456', 'GB'],
    ['+88216123456', '+882'],
    ['+15005550006', 'US'],
  ])('%s is accepted, and belongs to %s', (number, region) => {
    expect(readPhone(number, 'valid')).toEqual({ region });
  });

  it.each([
    ['too short for its country', '+4930', /as long as/],
    ['of the right length in a range nobody uses', '+10005550123', /range of numbers/],
    ['of no country', '+9991234567', /calling code/],
    ['a premium-rate number', '+19005551234', /premium-rate/],
    ['a British premium-rate number', '+449098790000', /premium-rate/],
  ])('that is %s is refused with the rule', (_, number, rule) => {
    expect(readPhone(number, 'valid').problem).toMatch(rule);
  });

  it('in a range that is newer than the numbering plans can be allowed', () => {
    expect(readPhone('+10005550123', 'possible')).toEqual({ region: '+1' });
    expect(readPhone('+19005551234', 'possible').problem).toMatch(/premium-rate/);
  });
});

describe('the region of a setting', () => {
  const entries = ['*', 'DE', '+49151', '+4915'];
  const of = (to: string, region: string) => closest(entries, (entry) => entry, { to, region });

  it('is the most specific one for a number', () => {
    expect([
      of('+4915112345', 'DE'),
      of('+4915212345', 'DE'),
      of('+4917012345', 'DE'),
      of('+33612345678', 'FR'),
    ]).toEqual(['+49151', '+4915', 'DE', '*']);
    expect(of('+5215512345678', 'MX')).toBe('*');
    expect(closest(['MX', '+5255'], (entry) => entry, { to: '+5215512345678', region: 'MX' })).toBe('+5255');
    expect(closest(['US', 'CA'], (entry) => entry, { to: '+33612345678', region: 'FR' })).toBeUndefined();
  });

  it('must be a country, a prefix or everywhere', () => {
    expect(readRegions(' US, +4915 ,* ')).toEqual({ regions: ['US', '+4915', '*'], wrong: undefined });
    expect([readRegions('US,USA').wrong, readRegions('Germany').wrong, readRegions('+').wrong]).toEqual([
      'USA',
      'Germany',
      '+',
    ]);
  });
});

describe('the budget of a country', () => {
  it('is its own, else the common one of each country', () => {
    const budgets = readBudgets('*=1000,US=20000,+4915=5')!;
    expect(budgetOf({ to: '+12025550123', region: 'US' }, budgets)).toEqual({ prefix: 'US', perHour: 20_000 });
    expect(budgetOf({ to: '+491512345', region: 'DE' }, budgets)).toEqual({ prefix: '+4915', perHour: 5 });
    expect(budgetOf({ to: '+33612345678', region: 'FR' }, budgets)).toEqual({ prefix: 'FR', perHour: 1000 });
    expect(budgetOf({ to: '+33612345678', region: 'FR' }, readBudgets('US=1')!)).toBeUndefined();
  });

  it.each(['US', 'US=', 'US=-1', 'USA=5', '*=many'])('cannot be read from %s', (text) => {
    expect(readBudgets(text)).toBeUndefined();
  });

  it('that is used up makes a message wait for the next hour', () => {
    expect(overBudget('DE', 500, 90_000)).toMatchObject({
      code: 'MSG_PREFIX_BUDGET',
      kind: 'throttled',
      retryAfterMs: 90_000,
      meaning: expect.stringContaining('500 messages to DE'),
    });
  });
});
