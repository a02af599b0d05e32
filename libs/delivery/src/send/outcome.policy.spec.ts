import { recipientRef } from '#libs/contracts';
import { referenceOf } from './outcome.policy.ts';
import { asCalled, filterRecipients } from '../accept/recipient-filter.policy.ts';
import { describe, expect, it } from '@jest/globals';
import { aChannel, aDelivery, type TestMessage } from '../../test/builders/a-delivery.ts';

const [ada, bob] = ['ada@inbox.test', 'bob@inbox.test'].map((address) => recipientRef('a key for the tests', address));
const call = { hop: 1, attempt: 1, callId: 'call-1' };
const recipients = [ada!, bob!];
const stop = { scope: 'all', reason: 'stop', tenant: null, since: '2030-01-31T12:00:00Z' };

describe('the reference of a call', () => {
  it('names the recipient by its keyed hash where there is one, and none where there are several', () => {
    const toOne = referenceOf(aDelivery({ recipients: [ada!] }), call);
    expect(toOne).toMatchObject({ recipientHash: ada!.hash, recipientCount: undefined });
    expect(JSON.stringify(toOne)).not.toContain('inbox');
    expect(referenceOf(aDelivery({ recipients }), call)).toMatchObject({
      recipientHash: undefined,
      recipientCount: 2,
    });
    expect(referenceOf(aDelivery({ recipients: [] }), call).recipientHash).toBeUndefined();
  });

  it('names the only recipient that the call is for, in the call itself and in its repeat', () => {
    const delivery = aDelivery({ recipients });
    const filtered = filterRecipients<TestMessage>(
      delivery,
      [{ ...stop, recipient: bob!.hash }],
      aChannel(),
      Date.now(),
    );
    const called = filtered.left ? referenceOf(filtered.delivery, call) : undefined;
    expect(called).toMatchObject({ recipientHash: ada!.hash, recipientCount: 2 });
    expect(referenceOf(asCalled(delivery, { suppressedRecipients: [bob!.hash] }, aChannel()), call)).toEqual(called);
  });
});
