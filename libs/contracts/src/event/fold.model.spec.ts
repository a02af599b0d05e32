import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, fold } from './fold.policy.ts';
import type { Status } from './status.ts';

/**
 * What really happens to a message, step by step. The expected end is computed from these steps without looking at the
 * facts. The fold must find the same end from the facts, in any order and with repeats.
 */
interface Life {
  /** How the hops before the last ended: refused for now, without an answer, or with their acceptance revoked. */
  before: ('refused' | 'doubtful' | 'given back')[];
  /** Whether the reconciliation of the unconfirmed call was given up. */
  reconcileEnded: boolean;
  last: 'taken' | 'failed' | 'expired' | 'cancelled';
  /** For each recipient, if the provider accepted the last hop. */
  fates: Fate[];
  /** The window for receipts is over. */
  windowOver: boolean;
  /** With a single recipient: the provider names another address, for example after forwarding. */
  forwarded: boolean;
}

type Fate =
  'silence' | 'late' | 'late, then delivered' | 'delivered' | 'delivered, then bounced' | 'bounced' | 'dropped';

const stages: Record<Fate, [Status, boolean][]> = {
  silence: [],
  late: [['delayed', false]],
  'late, then delivered': [
    ['delayed', false],
    ['delivered', true],
  ],
  delivered: [['delivered', true]],
  'delivered, then bounced': [
    ['delivered', true],
    ['bounced', true],
  ],
  bounced: [['bounced', true]],
  dropped: [['suppressed', true]],
};

/** No receipt says how it ended. */
const isOpen = (fate: Fate) => fate === 'silence' || fate === 'late';

const stranger = { hash: 'stranger', mask: 's***@elsewhere.test' };

const people = ['ada', 'bob', 'cyd'].map((hash) => ({ hash, mask: `${hash[0]}***@inbox.test` }));

function factsOf({ before, reconcileEnded, last, fates, windowOver, forwarded }: Life): Fact[] {
  const facts: Fact[] = [{ status: 'accepted', final: false, hop: undefined, source: 'request' }];
  for (const [index, what] of before.entries()) {
    const hop = index + 1;
    if (what === 'refused') facts.push({ status: 'retrying', final: false, hop, source: 'retry' });
    else if (what === 'given back')
      facts.push(
        { status: 'sent', final: false, hop, source: 'sms' },
        { status: 'sent', final: false, hop, source: 'receipt' },
        { status: 'retrying', final: false, hop, source: 'receipt' },
      );
    else
      facts.push(
        { status: 'unconfirmed', final: false, hop, source: 'email' },
        ...(reconcileEnded ? [{ status: 'unconfirmed', final: true, hop, source: 'retry' } as const] : []),
      );
  }
  const hop = before.length + 1;
  if (last !== 'taken') return [...facts, { status: last, final: true, hop, source: 'retry' }];
  const recipients = people.slice(0, fates.length);
  facts.push({ status: 'sent', final: false, hop, source: 'email', recipients });
  for (const [index, fate] of fates.entries()) {
    const about = {
      recipient: forwarded && fates.length === 1 ? stranger : people[index],
      ...(fates.length > 1 && { recipientCount: fates.length }),
    };
    for (const [status, final] of stages[fate]) facts.push({ status, final, hop, source: 'receipt', ...about });
  }
  for (const [index, fate] of fates.entries()) {
    const about = fates.length > 1 && { recipient: people[index], recipientCount: fates.length };
    if (windowOver && isOpen(fate)) facts.push({ status: 'sent', final: true, hop, source: 'lookup', ...about });
  }
  return facts;
}

function endOf({ before, reconcileEnded, last, fates, windowOver }: Life): { status: Status; final: boolean } {
  const unconfirmedIds = before.includes('doubtful');
  // No status that means "not sent" is final while an earlier call may have been accepted.
  const notSent = (status: Status) =>
    unconfirmedIds ? ({ status: 'unconfirmed', final: reconcileEnded } as const) : ({ status, final: true } as const);
  if (last !== 'taken') return notSent(last);
  if (fates.some(isOpen) && !windowOver) return { status: fates.includes('late') ? 'delayed' : 'sent', final: false };
  if (fates.some((fate) => fate === 'bounced' || fate === 'delivered, then bounced'))
    return { status: 'bounced', final: true };
  if (fates.includes('dropped')) return notSent('suppressed');
  return { status: fates.some(isOpen) ? 'sent' : 'delivered', final: true };
}

const life: fc.Arbitrary<Life> = fc.record({
  before: fc.array(fc.constantFrom('refused' as const, 'doubtful' as const, 'given back' as const), { maxLength: 3 }),
  reconcileEnded: fc.boolean(),
  last: fc.oneof(
    { weight: 4, arbitrary: fc.constant('taken' as const) },
    { weight: 1, arbitrary: fc.constantFrom('failed' as const, 'expired' as const, 'cancelled' as const) },
  ),
  fates: fc.array(fc.constantFrom(...(Object.keys(stages) as Fate[])), { minLength: 1, maxLength: 3 }),
  windowOver: fc.boolean(),
  forwarded: fc.boolean(),
});

/** In any order and with repeats, as Kafka, retries and webhooks deliver them. */
const reported = life.chain((lived) => {
  const facts = factsOf(lived);
  const repeated = fc.array(fc.constantFrom(...facts), { maxLength: 6 }).chain((again) => {
    const all = [...facts, ...again];
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
  });
  return fc.tuple(fc.constant(lived), repeated);
});

const RUNS = 20_000;

describe('the history of a message', () => {
  it('ends as it really did, whatever the order and repeats of its facts', () => {
    fc.assert(
      fc.property(reported, ([lived, facts]) => expect(fold(facts)).toMatchObject(endOf(lived))),
      { numRuns: RUNS },
    );
  });

  it('would end otherwise if the last word counted, which this test notices', () => {
    const byLastWord = (facts: Fact[]) => ({ status: facts.at(-1)!.status, final: facts.at(-1)!.final });
    expect(() =>
      fc.assert(
        fc.property(reported, ([lived, facts]) => expect(byLastWord(facts)).toMatchObject(endOf(lived))),
        { numRuns: 200 },
      ),
    ).toThrow();
  });

  it('would end otherwise if a delivery beat its bounce, which this test notices', () => {
    const withoutBounce = (facts: Fact[]) =>
      fold(
        facts.some(({ status }) => status === 'delivered') ? facts.filter(({ status }) => status !== 'bounced') : facts,
      );
    expect(() =>
      fc.assert(
        fc.property(reported, ([lived, facts]) => expect(withoutBounce(facts)).toMatchObject(endOf(lived))),
        { numRuns: 2_000 },
      ),
    ).toThrow();
  });
});
