import { describe, expect, it } from '@jest/globals';
import { answerTo, type RequestedCancellation, type HopSeen } from './answer.policy.ts';

const MINUTE = 60_000;
const hop = (state: string, more: Partial<HopSeen> = {}): HopSeen => ({
  hop: 1,
  state,
  accepted: false,
  retry: null,
  ...more,
});
const asked = (hops: HopSeen[], more: Partial<RequestedCancellation> = {}): RequestedCancellation => ({
  id: 'x',
  tenant: 'default',
  messageId: 'm-1',
  ageMs: MINUTE,
  looks: 1,
  hops,
  ...more,
});
const answer = (hops: HopSeen[], more: Partial<RequestedCancellation> = {}) => answerTo(asked(hops, more), MINUTE);
const refused = (why: string) => ({ is: 'refused', why });

describe('the answer to a cancellation', () => {
  it.each([
    ['already sent', [hop('sent')], refused('sent')],
    [
      'already sent, as a receipt proved after its answer was lost',
      [hop('unknown', { accepted: true }), hop('unresolved', { hop: 2 })],
      refused('sent'),
    ],
    [
      'already sent, as was found out before it could go again',
      [hop('unknown', { accepted: true }), hop('superseded', { hop: 2 })],
      refused('sent'),
    ],
    ['already sent on its second hop', [hop('failed', { retry: 'backoff' }), hop('sent', { hop: 2 })], refused('sent')],
    ['perhaps sent: its answer was lost', [hop('unknown')], refused('unconfirmed')],
    ['perhaps sent: it is looked for still', [hop('unknown'), hop('unresolved', { hop: 2 })], refused('unconfirmed')],
    ['ended before: it failed for good', [hop('failed', { retry: 'never' })], refused('ended')],
    ['ended before: it had expired', [hop('expired')], refused('ended')],
    ['ended before: its recipient is suppressed', [hop('waiting'), hop('suppressed', { hop: 2 })], refused('ended')],
    ['ended before: it was only to be checked', [hop('validated')], refused('ended')],
    ['told: its own claim found the cancellation', [hop('cancelled')], { is: 'reported' }],
    ['told: a resend found the cancellation', [hop('unknown'), hop('cancelled', { hop: 2 })], { is: 'reported' }],
    ['left to retry: it waits for its time', [hop('waiting')], { is: 'reported' }],
    ['left to retry: it is to be tried again', [hop('failed', { retry: 'backoff' })], { is: 'reported' }],
    ['left to retry: its provider gave it back', [hop('acceptance-revoked', { accepted: true })], { is: 'reported' }],
    ['never seen', [], refused('unseen')],
  ] as const)('%s', (_, hops, expected) => expect(answer([...hops])).toEqual(expected));

  it('is unknown while a claim is in work, and is looked for at growing intervals', () => {
    const pauses = [1, 2, 3, 4, 9].map((looks) => answer([hop('claimed')], { looks }));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 30_000].map((nextMs) => ({ is: 'open', nextMs })));
  });

  it.each([
    ['its answer was lost', [hop('unknown')]],
    ['it waits', [hop('waiting')]],
    ['it is to be tried again', [hop('failed', { retry: 'operator' })]],
  ] as const)(
    'is not decided at once where %s: a claim of the next hop may be in work that did not see the cancellation',
    (_, hops) => expect(answer([...hops], { ageMs: 100 })).toEqual({ is: 'open', nextMs: 1_000 }),
  );

  it('is decided at once where the provider has accepted the message', () =>
    expect(answer([hop('sent')], { ageMs: 1 })).toEqual(refused('sent')));

  it('waits for a request that has not arrived, no longer than it may take', () => {
    expect(answer([], { ageMs: 100 })).toEqual({ is: 'open', nextMs: 1_000 });
    expect(answer([], { ageMs: MINUTE - 300, looks: 6 })).toEqual({ is: 'open', nextMs: 300 });
  });
});
