import { aStatus } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { endedBy, sentBy } from './relearn.policy.ts';

describe('After a restore a fact', () => {
  it('proves that its hop was sent where the channel itself says so', () => {
    expect(sentBy(aStatus({ messageId: 'm-1', status: 'sent', hop: 2 }))).toMatchObject({ messageId: 'm-1', hop: 2 });
    expect(sentBy(aStatus({ source: 'receipt', status: 'delivered', hop: 3 }))).toMatchObject({ hop: 3 });
  });

  it('proves no send where the channel reports another end, or one of several recipients', () => {
    expect(sentBy(aStatus({ status: 'retrying' }))).toBeUndefined();
    expect(sentBy(aStatus({ status: 'sent', recipient: { hash: 'ab', mask: 'a***' } }))).toBeUndefined();
    expect(sentBy(aStatus({ source: 'receipt', status: 'retrying' }))).toBeUndefined();
  });

  it.each(['cancelled', 'suppressed', 'sent'] as const)(
    'ends what is planned up to its hop where the channel reports %s',
    (status) => expect(endedBy(aStatus({ status, final: true, hop: 4 }))).toMatchObject({ hop: 4 }),
  );

  it('ends the hop that retry had planned where retry reported an end', () => {
    expect(endedBy(aStatus({ source: 'retry', status: 'expired', final: true, hop: 4 }))).toMatchObject({ hop: 5 });
  });

  it('ends nothing where a message is tried again, or a cancellation came too late', () => {
    expect(endedBy(aStatus({ source: 'retry', status: 'retrying', hop: 4 }))).toBeUndefined();
    expect(endedBy(aStatus({ source: 'retry', status: 'cancel-refused', final: true, hop: 4 }))).toBeUndefined();
    expect(endedBy(aStatus({ status: 'retrying', hop: 4 }))).toBeUndefined();
  });

  it('ends nothing where the channel found it expired: the hand-over beside it does, and makes its letter', () => {
    expect(endedBy(aStatus({ status: 'expired', final: true, hop: 4 }))).toBeUndefined();
  });
});
