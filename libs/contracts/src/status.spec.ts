import { describe, expect, it } from '@jest/globals';
import { factHeaders, isOtherFact } from './status.ts';

describe('the headers of a fact', () => {
  const receipt = factHeaders({ channel: 'email', source: 'receipt' });

  it('tell a consumer what does not concern it', () => {
    expect(isOtherFact(receipt, { channel: 'email', sources: ['receipt'] })).toBe(false);
    expect(isOtherFact(receipt, { channel: 'sms', sources: ['receipt'] })).toBe(true);
    expect(isOtherFact(factHeaders({ channel: 'email', source: 'email' }), { channel: 'email', sources: ['receipt'] })).toBe(true);
    expect(isOtherFact(factHeaders({ channel: 'sms', source: 'lookup' }), { sources: ['receipt', 'lookup'] })).toBe(false);
  });

  it('that another producer left out keep nobody from reading it', () => {
    expect(isOtherFact({}, { channel: 'email', sources: ['receipt'] })).toBe(false);
    expect(isOtherFact({ ce_factsource: 'email' }, { channel: 'email', sources: ['receipt'] })).toBe(false);
  });
});
