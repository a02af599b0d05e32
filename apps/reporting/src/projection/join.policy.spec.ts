import { identityKey } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import type { IncomingFact, KeptFact } from './fact.ts';
import { ownerOf, referencesIn } from './join.policy.ts';

const ada = { hash: 'ada', mask: 'a***@inbox.test' };
const bob = { hash: 'bob', mask: 'b***@inbox.test' };
const of = { tenant: 'default', channel: 'email', messageId: 'm-1' } as const;
const aFact = (more: Partial<KeptFact> = {}): KeptFact => ({
  eventId: '00000000-0000-0000-0000-000000000001',
  status: 'sent',
  final: false,
  at: '2030-01-31T12:00:00.000Z',
  source: 'email',
  provider: 'sendgrid',
  providerMessageId: 'p-1',
  ...more,
});
const aReceipt = (more: Partial<KeptFact> = {}) =>
  aFact({ status: 'delivered', final: true, source: 'receipt', ...more });

describe('a receipt without our reference', () => {
  it('belongs to the only message with the provider’s id', () => {
    expect(ownerOf(aReceipt({ recipient: ada }), { one: [] })).toBe('one');
  });

  it('belongs to the message of its recipient when a call had several messages', () => {
    expect(ownerOf(aReceipt({ recipient: bob }), { one: ['ada'], two: ['bob'] })).toBe('two');
  });

  it('waits while its message is unknown', () => {
    expect(ownerOf(aReceipt(), undefined)).toBeUndefined();
    expect(ownerOf(aReceipt(), { one: ['ada'], two: ['bob'] })).toBeUndefined();
    expect(ownerOf(aReceipt({ recipient: ada }), { one: ['ada'], two: ['ada'] })).toBeUndefined();
  });
});

describe('the references of a batch', () => {
  it('are defined by sends and used by receipts without our reference, once each', () => {
    const batch: IncomingFact[] = [
      { of: undefined, fact: aReceipt() },
      { of, fact: aFact({ recipients: [ada] }) },
      { of, fact: aReceipt({ providerMessageId: 'p-2' }) },
      { of, fact: aFact({ status: 'accepted', source: 'request', provider: undefined, providerMessageId: undefined }) },
    ];
    expect(referencesIn(batch)).toEqual([
      { provider: 'sendgrid', providerMessageId: 'p-1', members: { [identityKey(of)]: ['ada'] } },
    ]);
  });
});
