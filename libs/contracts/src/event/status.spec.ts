import { describe, expect, it } from '@jest/globals';
import { factHeaders, isOtherFact } from './status.ts';

describe('the headers of a fact', () => {
  const receipt = factHeaders({ channel: 'email', source: 'receipt', status: 'delivered' });

  it('let a reader skip facts of other channels and sources', () => {
    expect(isOtherFact(receipt, { channel: 'email', sources: ['receipt'] })).toBe(false);
    expect(isOtherFact(receipt, { channel: 'sms', sources: ['receipt'] })).toBe(true);
    expect(
      isOtherFact(factHeaders({ channel: 'email', source: 'email', status: 'sent' }), {
        channel: 'email',
        sources: ['receipt'],
      }),
    ).toBe(true);
    expect(
      isOtherFact(factHeaders({ channel: 'sms', source: 'lookup', status: 'sent' }), {
        sources: ['receipt', 'lookup'],
      }),
    ).toBe(false);
  });

  it('let a reader keep certain statuses of its channel, whichever service published them', () => {
    const wanted = { channel: 'email', sources: ['receipt'], statuses: ['cancelled', 'cancel-refused'] } as const;
    const ofRetry = (status: 'cancelled' | 'cancel-refused' | 'retrying', channel: 'email' | 'sms' = 'email') =>
      isOtherFact(factHeaders({ channel, source: 'retry', status }), wanted);
    expect([ofRetry('cancelled'), ofRetry('cancel-refused'), ofRetry('retrying'), ofRetry('cancelled', 'sms')]).toEqual(
      [false, false, true, true],
    );
    expect(isOtherFact(receipt, wanted)).toBe(false);
  });

  it('that are missing keep no reader from the fact', () => {
    expect(isOtherFact({}, { channel: 'email', sources: ['receipt'] })).toBe(false);
    expect(isOtherFact({ ce_factsource: 'email' }, { channel: 'email', sources: ['receipt'] })).toBe(false);
  });
});
