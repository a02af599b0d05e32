import { StatusChanged } from '#libs/contracts';
import { type Receipt, receiptFact } from '#libs/providers';
import { describe, expect, it } from '@jest/globals';

const noon = Date.parse('2030-01-31T12:00:00Z');
const receipt = (at: Date | undefined): Receipt => ({
  provider: 'sendgrid',
  providerMessageId: 'p-1',
  event: 'delivered',
  status: 'delivered',
  final: true,
  channel: 'email',
  at,
  atWithinMs: 999,
  reference: { messageId: 'm-1', tenant: 'default', hop: 1 },
});

describe('the time of a receipt', () => {
  it('is the latest that a provider’s truncated time can have been', () => {
    expect(receiptFact(receipt(new Date(noon - 5_000)), noon).at).toBe('2030-01-31T11:59:55.999Z');
  });

  it.each([
    ['is missing', undefined],
    ['is none', new Date('soon')],
    ['lies in the year 60000', new Date(noon * 1_000)],
    ['lies before the year 1', new Date(-1e14)],
  ])('is now where the provider’s own %s', (_, at) => {
    expect(StatusChanged.parse(receiptFact(receipt(at), noon)).at).toBe('2030-01-31T12:00:00.000Z');
  });
});
