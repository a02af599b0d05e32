import { aFailure, aStatus } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { restoredHop, revokedHop } from './restored-hop.policy.ts';

const callId = '7c6f9c1e-1a1c-4b7e-9d3a-0d4d3f1b2a10';

describe('After a restore a fact in the topic', () => {
  it('shows that its hop was claimed and sent, with everything that is reported of it again', () => {
    const fact = aStatus({ status: 'sent', providerMessageId: 'sg-1', callId, hop: 2, attempt: 2 });
    expect(restoredHop(fact, 'email')).toMatchObject({
      hop: 2,
      state: 'sent',
      callId,
      attempt: 2,
      outcome: { kind: 'sent', provider: 'sendgrid', providerMessageId: 'sg-1', callId, attempt: 2, at: fact.at },
    });
  });

  it.each([
    ['retrying', false, 'failed'],
    ['failed', true, 'failed'],
    ['unconfirmed', false, 'unknown'],
    ['scheduled', false, 'waiting'],
    ['expired', true, 'expired'],
    ['suppressed', true, 'superseded'],
    ['cancelled', true, 'superseded'],
  ] as const)('shows that its hop was claimed, where the channel reported %s', (status, final, state) => {
    const fact = aStatus({ status, final, failure: aFailure() });
    expect(restoredHop(fact, 'email')).toMatchObject({ hop: 1, state });
  });

  it.each(['delivered', 'bounced', 'opened', 'sent'] as const)(
    'shows that the provider has the message, where its receipt says %s',
    (status) => {
      const fact = aStatus({ source: 'receipt', status, hop: 1, providerMessageId: 'sg-2' });
      expect(restoredHop(fact, 'email')).toMatchObject({ hop: 1, state: 'sent', rank: 0 });
    },
  );

  it('claims nothing where a request was rejected: a corrected one may come under the same id', () => {
    expect(restoredHop(aStatus({ status: 'rejected', final: true }), 'email')).toBeUndefined();
  });

  it('shows nothing of this ledger where it is about another channel, retry’s own, a notice, or about no hop', () => {
    expect(restoredHop(aStatus({ channel: 'sms', source: 'sms' }), 'email')).toBeUndefined();
    expect(restoredHop(aStatus({ source: 'retry', status: 'retrying' }), 'email')).toBeUndefined();
    expect(restoredHop(aStatus({ status: 'cancel-refused' }), 'email')).toBeUndefined();
    expect(restoredHop(aStatus({ source: 'receipt', hop: undefined }), 'email')).toBeUndefined();
  });

  it('ranks an acceptance before whatever else is said of the hop', () => {
    const unconfirmed = restoredHop(aStatus({ status: 'unconfirmed', failure: aFailure() }), 'email')!;
    const sent = restoredHop(aStatus({ status: 'sent' }), 'email')!;
    expect(sent.rank).toBeLessThan(unconfirmed.rank);
  });

  it('names the hop that the provider gave back', () => {
    const fact = aStatus({ channel: 'sms', source: 'receipt', status: 'retrying', hop: 3 });
    expect(revokedHop(fact, 'sms')).toMatchObject({ hop: 3 });
    expect(revokedHop(fact, 'email')).toBeUndefined();
    expect(revokedHop(aStatus({ source: 'receipt', status: 'delivered' }), 'email')).toBeUndefined();
  });
});
