import { factHeaders, type StatusChanged } from '#libs/contracts';
import { aStatus } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { answeredBy, isNoConcern } from './answered.policy.ts';

const ada = { hash: 'a', mask: 'a***@inbox.test' };

describe('The answer to a message that was released', () => {
  it.each(['sent', 'suppressed', 'cancelled'] as const)('is its channel’s word that its hop is %s', (status) => {
    expect(answeredBy(aStatus({ messageId: 'm-1', status, hop: 3 }))).toEqual({
      tenant: 'default',
      channel: 'email',
      messageId: 'm-1',
      hop: 3,
    });
    expect(answeredBy(aStatus({ messageId: 'm-1', status, hop: 2, channel: 'sms', source: 'sms' }))).toMatchObject({
      channel: 'sms',
      hop: 2,
    });
  });

  it('is that an operator must look into what is older than the ledger remembers', () => {
    expect(answeredBy(aStatus({ status: 'unconfirmed', final: true, hop: 3 }))).toMatchObject({ hop: 3 });
  });

  it.each<Partial<StatusChanged>>([
    { status: 'retrying' },
    { status: 'scheduled' },
    { status: 'unconfirmed' },
    { status: 'failed', final: true },
    { status: 'expired', final: true },
  ])('is not what comes with a hand-over: $status', (reported) =>
    expect(answeredBy(aStatus({ hop: 3, ...reported }))).toBeUndefined(),
  );

  it('is neither retry’s own word, nor a receipt, nor what is reported of one of several recipients', () => {
    expect(answeredBy(aStatus({ status: 'expired', final: true, hop: 3, source: 'retry' }))).toBeUndefined();
    expect(answeredBy(aStatus({ status: 'sent', hop: 3, source: 'receipt' }))).toBeUndefined();
    expect(
      answeredBy(aStatus({ status: 'suppressed', final: true, hop: 3, recipient: ada, recipientCount: 2 })),
    ).toBeUndefined();
  });
});

describe('What retry reads of facts', () => {
  it('is every word of a provider, and of the channels what concerns a hop that it can have planned', () => {
    const passedOver = (fact: Pick<StatusChanged, 'channel' | 'source' | 'hop'>) => isNoConcern(factHeaders(fact));
    expect(passedOver({ channel: 'email', source: 'receipt', hop: 1 })).toBe(false);
    expect(passedOver({ channel: 'sms', source: 'lookup', hop: 1 })).toBe(false);
    expect(passedOver({ channel: 'sms', source: 'sms', hop: 2 })).toBe(false);
    expect(passedOver({ channel: 'email', source: 'email', hop: 1 })).toBe(true);
    expect(passedOver({ channel: 'email', source: 'retry', hop: 2 })).toBe(true);
  });

  it('is what names its hop in no header, as services of an earlier version write it', () => {
    expect(isNoConcern({ ce_factchannel: 'email', ce_factsource: 'email' })).toBe(false);
    expect(isNoConcern({})).toBe(false);
  });
});
