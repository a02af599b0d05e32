import { fold, type StatusChanged } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KeptFact } from './fact.ts';
import { inOrder } from './order.policy.ts';
import { deriveState } from './state.policy.ts';

let count = 0;
const aFact = (more: Partial<KeptFact> = {}): KeptFact => ({
  eventId: `00000000-0000-0000-0000-${String((count += 1)).padStart(12, '0')}`,
  status: 'sent',
  final: false,
  at: '2030-01-31T12:00:00.000Z',
  source: 'email',
  hop: 1,
  ...more,
});
const aRequest = (more: Partial<KeptFact> = {}) =>
  aFact({ status: 'accepted', source: 'request', hop: undefined, ...more });
const aReceipt = (more: Partial<KeptFact> = {}) =>
  aFact({ status: 'delivered', final: true, source: 'receipt', ...more });

const ada = { hash: 'ada', mask: 'a***@inbox.test' };
const facts = fc.uniqueArray(
  fc.record({
    eventId: fc.uuid(),
    status: fc.constantFrom<StatusChanged['status'][]>(
      'accepted',
      'scheduled',
      'retrying',
      'sent',
      'delayed',
      'delivered',
      'bounced',
      'failed',
      'expired',
      'unconfirmed',
      'opened',
      'clicked',
    ),
    final: fc.boolean(),
    at: fc.integer({ min: 10, max: 59 }).map((second) => `2030-01-31T12:00:${second}.000Z`),
    source: fc.constantFrom<StatusChanged['source'][]>('request', 'email', 'retry', 'receipt', 'lookup'),
    hop: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    attempt: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    provider: fc.constantFrom('sendgrid', 'resend'),
    providerMessageId: fc.option(fc.constantFrom('p-1', 'p-2'), { nil: undefined }),
    recipient: fc.option(fc.constant(ada), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 12, selector: (fact) => fact.eventId },
);

describe('the state of a message', () => {
  it('is the same whatever the order and repeats of its facts', () => {
    const shuffledAndRepeated = facts.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(shuffledAndRepeated, ([all, shuffled]) => expect(deriveState(shuffled)).toEqual(deriveState(all))),
    );
  });

  it('equals the fold of the contract over the same facts', () => {
    fc.assert(
      fc.property(facts, (all) => {
        const decided = inOrder(all).sort((a, b) => Number(b.final) - Number(a.final));
        expect(deriveState(all)).toMatchObject(fold(decided));
      }),
    );
  });

  it('takes the request’s fields from the request, even when a status came first', () => {
    const early = aFact({
      at: '2030-01-31T11:59:59.000Z',
      lane: 'bulk',
      traceId: 'other',
      recipients: [{ hash: 'x', mask: 'x' }],
    });
    const request = aRequest({
      lane: 'urgent',
      traceId: 'abc',
      recipients: [ada],
      tags: ['receipt'],
      correlationId: 'order-1',
    });
    expect(deriveState([early, request])).toMatchObject({
      requestedAt: request.at,
      lane: 'urgent',
      traceId: 'abc',
      recipients: [ada],
      tags: ['receipt'],
      correlationId: 'order-1',
    });
  });

  it('contains what is known of a message whose request was never read', () => {
    const rejected = aFact({ status: 'rejected', final: true, lane: 'bulk', traceId: 'abc' });
    expect(deriveState([rejected])).toMatchObject({
      status: 'rejected',
      final: true,
      requestedAt: rejected.at,
      lane: 'bulk',
      traceId: 'abc',
    });
  });

  it('gives a receipt without our reference the hop of its send', () => {
    const first = aFact({ hop: 1, provider: 'twilio', providerMessageId: 'SM1' });
    const second = aFact({ hop: 2, status: 'failed', final: true, source: 'sms' });
    const receipt = aReceipt({ hop: undefined, provider: 'twilio', providerMessageId: 'SM1' });
    expect(inOrder([receipt, second, first]).find(({ source }) => source === 'receipt')).toMatchObject({ hop: 1 });
    expect(deriveState([receipt, second, first])).toMatchObject({ status: 'delivered', final: true });
  });

  it('counts attempts and names the last provider', () => {
    const failed = aFact({ status: 'retrying', attempt: 1, provider: 'resend', at: '2030-01-31T12:00:01.000Z' });
    const sent = aFact({ hop: 2, attempt: 2, provider: 'sendgrid', at: '2030-01-31T12:00:09.000Z' });
    expect(deriveState([sent, failed])).toMatchObject({ attempts: 2, provider: 'sendgrid', statusAt: sent.at });
  });
});
