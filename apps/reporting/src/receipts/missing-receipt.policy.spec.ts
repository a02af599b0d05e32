import { describe, expect, it } from '@jest/globals';
import type { KeptFact } from '../projection/fact.ts';
import { missingReceipt, type TakenMessage } from './missing-receipt.policy.ts';

const ada = { hash: 'ada', mask: 'a***@inbox.test' };
const bob = { hash: 'bob', mask: 'b***@inbox.test' };
let count = 0;
const aFact = (more: Partial<KeptFact>): KeptFact => ({
  eventId: `e-${(count += 1)}`,
  status: 'sent',
  final: false,
  at: '2030-01-31T12:00:00.000Z',
  source: 'email',
  hop: 1,
  ...more,
});
const aMessage = (facts: readonly KeptFact[], more: Partial<TakenMessage> = {}): TakenMessage => ({
  of: { tenant: 'default', channel: 'email', messageId: 'm-1' },
  id: '00112233-4455-6677-8899-aabbccddeeff',
  lane: 'bulk',
  traceId: null,
  recipients: [ada],
  correlationId: null,
  tags: [],
  facts,
  ...more,
});
const taken = { provider: 'sendgrid', providerMessageId: 'sg-1' };

describe('what a channel is asked to find out', () => {
  it('is about the last hop that a provider took', () => {
    const facts = [
      aFact({ ...taken, providerMessageId: 'sg-0' }),
      aFact({ hop: 2, status: 'retrying' }),
      aFact({ hop: 3, provider: 'resend', providerMessageId: 're-1', at: '2030-01-31T12:05:00.000Z', attempt: 2 }),
    ];
    expect(missingReceipt(aMessage(facts))).toMatchObject({
      hop: 3,
      attempt: 2,
      provider: 'resend',
      providerMessageId: 're-1',
      sentAt: '2030-01-31T12:05:00.000Z',
    });
  });

  it('names who took it by a receipt, where the channel’s own fact does not know', () => {
    const facts = [aFact({ source: 'lookup' }), aFact({ ...taken, source: 'receipt', status: 'delayed' })];
    expect(missingReceipt(aMessage(facts))).toMatchObject(taken);
    expect(missingReceipt(aMessage([facts[0]!]))).not.toHaveProperty('provider');
  });

  it('is about those of several recipients whose end is not known', () => {
    const facts = [
      aFact({ ...taken, recipients: [ada, bob] }),
      aFact({ source: 'receipt', status: 'delivered', final: true, recipient: ada, recipientCount: 2 }),
    ];
    const message = aMessage(facts, { recipients: [ada, bob] });
    expect(missingReceipt(message)).toMatchObject({ recipients: [bob], recipientCount: 2 });
    const other = aFact({ source: 'receipt', status: 'bounced', final: true, recipient: bob, recipientCount: 2 });
    expect(missingReceipt({ ...message, facts: [...facts, other] })).toBeUndefined();
  });

  it('is nothing where no provider took it', () => {
    expect(missingReceipt(aMessage([aFact({ status: 'failed', final: true })]))).toBeUndefined();
  });
});
