import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../errors.ts';
import { atMostOf, filterOf, meantBy } from './filter.ts';

describe('which dead letters are meant', () => {
  it('is what the options name, in the words of the API', () => {
    expect(meantBy({ cause: 'exhausted', message: 'm-1', operation: 'op-1', channel: 'email' })).toEqual({
      reason: 'exhausted',
      messageId: 'm-1',
      operationId: 'op-1',
      channel: 'email',
    });
    expect(meantBy({ all: true })).toEqual({ all: true });
    expect(filterOf({})).toEqual({});
  });

  it('has to be said, and “all” alone', () => {
    expect(() => meantBy({})).toThrow(/not said which/);
    expect(() => meantBy({ all: true, tenant: 'shop' })).toThrow(/stands alone/);
  });
});

describe('how many may be touched', () => {
  it('is a whole number above 0', () => {
    expect(atMostOf('12')).toBe(12);
    expect(atMostOf(undefined)).toBeUndefined();
    for (const wrong of ['0', '-1', '1.5', 'all', '']) expect(() => atMostOf(wrong)).toThrow(UsageError);
  });
});
