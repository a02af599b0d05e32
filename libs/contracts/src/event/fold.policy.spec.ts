import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, fold } from './fold.policy.ts';
import { Engagement, Notice, Status, StatusSource } from './status.ts';

const fact = (status: Fact['status'], more: Partial<Fact> = {}): Fact => ({
  status,
  final: false,
  hop: 1,
  source: 'email',
  ...more,
});
const final = (status: Fact['status'], more: Partial<Fact> = {}): Fact => fact(status, { final: true, ...more });
const receipt = (status: Fact['status'], more: Partial<Fact> = {}): Fact =>
  final(status, { source: 'receipt', ...more });
const ada = { hash: 'ada', mask: 'a***@inbox.test' };
const bob = { hash: 'bob', mask: 'b***@inbox.test' };
/** An address that the request does not contain: the provider spells it differently, or the mail was forwarded. */
const stranger = { hash: 'stranger', mask: 's***@elsewhere.test' };
const asked = (...recipients: (typeof ada)[]): Fact =>
  fact('accepted', { hop: undefined, source: 'request', recipients });

describe('the status of a message', () => {
  const table: [string, Fact[], Partial<ReturnType<typeof fold>>][] = [
    ['nothing is known yet', [], { status: 'accepted', final: false }],
    [
      'a request was seen',
      [fact('accepted', { hop: undefined, source: 'request' })],
      { status: 'accepted', final: false },
    ],
    ['it waits for its time', [fact('accepted'), fact('scheduled')], { status: 'scheduled', final: false }],
    ['the provider took it', [fact('accepted'), fact('sent')], { status: 'sent', final: false }],
    ['its time for receipts is over', [fact('sent'), final('sent')], { status: 'sent', final: true }],
    [
      'its time for receipts is over, and the last that the provider said was that it is late',
      [fact('sent'), receipt('delayed', { final: false }), final('sent', { source: 'lookup' })],
      { status: 'sent', final: true },
    ],
    [
      'its receipt came after its time for receipts was over',
      [fact('sent'), final('sent', { source: 'lookup' }), receipt('delivered')],
      { status: 'delivered', final: true },
    ],
    [
      'of two recipients one was delivered to, and for the other the time for receipts is over',
      [
        fact('sent', { recipients: [ada, bob] }),
        receipt('delivered', { recipient: ada, recipientCount: 2 }),
        final('sent', { source: 'lookup', recipient: bob, recipientCount: 2 }),
      ],
      { status: 'sent', final: true },
    ],
    ['it is late', [fact('sent'), receipt('delayed', { final: false })], { status: 'delayed', final: false }],
    ['it was delivered', [fact('sent'), receipt('delivered')], { status: 'delivered', final: true }],
    [
      'it bounced after all',
      [fact('sent'), receipt('delivered'), receipt('bounced')],
      { status: 'bounced', final: true },
    ],
    [
      'a retry was delivered',
      [fact('retrying'), fact('sent', { hop: 2 }), receipt('delivered', { hop: 2 })],
      { status: 'delivered', final: true },
    ],
    ['a retry waits', [fact('retrying')], { status: 'retrying', final: false }],
    [
      'retries are used up',
      [fact('retrying'), fact('retrying', { hop: 2 }), final('failed', { hop: 2, source: 'retry' })],
      { status: 'failed', final: true },
    ],
    [
      'a receipt overrides a decision',
      [final('failed'), fact('sent', { source: 'receipt' })],
      { status: 'sent', final: false },
    ],
    [
      'delivered on an earlier hop beats a later failure',
      [receipt('delivered'), final('failed', { hop: 2 })],
      { status: 'delivered', final: true },
    ],
    [
      'an earlier hop that bounced leaves a later delivery alone',
      [receipt('bounced'), receipt('delivered', { hop: 2 })],
      { status: 'delivered', final: true },
    ],
    [
      'an earlier hop turned out to be taken',
      [fact('unconfirmed'), fact('sent', { source: 'receipt' }), final('expired', { hop: 2 })],
      { status: 'sent', final: false },
    ],
    [
      'a receipt refused the first, and so stopped the second',
      [receipt('failed'), fact('retrying', { hop: 2 })],
      { status: 'failed', final: true },
    ],
    [
      'the provider gave it back for another try',
      [fact('sent'), receipt('sent', { final: false }), receipt('retrying', { final: false })],
      { status: 'retrying', final: false },
    ],
    [
      'it was given back, and went another way',
      [fact('sent'), receipt('retrying', { final: false }), fact('sent', { hop: 2 })],
      { status: 'sent', final: false },
    ],
    [
      'it was given back, and could not be resent as its template',
      [fact('sent'), receipt('retrying', { final: false }), final('failed', { hop: 2 })],
      { status: 'failed', final: true },
    ],
    [
      'it was given back when it had expired',
      [fact('sent'), receipt('retrying', { final: false }), final('expired', { source: 'retry' })],
      { status: 'expired', final: true },
    ],
    ['it is unconfirmed', [fact('unconfirmed')], { status: 'unconfirmed', final: false }],
    [
      'the unconfirmed call has ended without an answer',
      [fact('unconfirmed'), final('unconfirmed')],
      { status: 'unconfirmed', final: true },
    ],
    [
      'an end that says "not sent" waits for an earlier unconfirmed call',
      [fact('unconfirmed'), final('failed', { hop: 2 })],
      { status: 'unconfirmed', final: false },
    ],
    [
      'an earlier unconfirmed call that ended',
      [final('unconfirmed'), final('cancelled', { hop: 2 })],
      { status: 'unconfirmed', final: true },
    ],
    [
      'an earlier unconfirmed call that was disproved',
      [fact('unconfirmed'), final('failed'), final('expired', { hop: 2 })],
      { status: 'expired', final: true },
    ],
    [
      'one of two is delivered',
      [fact('sent', { recipients: [ada, bob] }), receipt('delivered', { recipient: ada })],
      { status: 'sent', final: false },
    ],
    [
      'both are delivered',
      [
        fact('sent', { recipients: [ada, bob] }),
        receipt('delivered', { recipient: ada }),
        receipt('delivered', { recipient: bob }),
      ],
      { status: 'delivered', final: true },
    ],
    [
      'the worst of two shows',
      [
        fact('sent', { recipients: [ada, bob] }),
        receipt('bounced', { recipient: ada }),
        receipt('delivered', { recipient: bob }),
      ],
      { status: 'bounced', final: true },
    ],
    [
      'one of two is late',
      [
        fact('sent', { recipients: [ada, bob] }),
        receipt('delivered', { recipient: ada }),
        receipt('delayed', { recipient: bob, final: false }),
      ],
      { status: 'delayed', final: false },
    ],
    [
      'one of two is delivered, told before the send is',
      [receipt('delivered', { recipient: ada, recipientCount: 2 })],
      { status: 'sent', final: false },
    ],
    [
      'one of two bounced, told before the send is',
      [receipt('bounced', { recipient: ada, recipientCount: 2 }), fact('sent', { recipients: [ada, bob] })],
      { status: 'sent', final: false },
    ],
    [
      'one of two is suppressed, the other under way',
      [fact('sent', { recipients: [bob] }), final('suppressed', { recipient: ada, recipientCount: 2 })],
      { status: 'sent', final: false },
    ],
    [
      'one of two is suppressed, the other delivered',
      [
        fact('sent', { recipients: [bob] }),
        final('suppressed', { recipient: ada, recipientCount: 2 }),
        receipt('delivered', { recipient: bob, recipientCount: 2 }),
      ],
      { status: 'suppressed', final: true },
    ],
    [
      'one of two is suppressed, told before anything else',
      [final('suppressed', { recipient: ada, recipientCount: 2 })],
      { status: 'accepted', final: false },
    ],
    [
      'one of two is suppressed, the other unconfirmed',
      [fact('unconfirmed', { recipients: [bob] }), final('suppressed', { recipient: ada, recipientCount: 2 })],
      { status: 'unconfirmed', final: false },
    ],
    [
      'one of two is suppressed, the unconfirmed call about the other given up',
      [
        fact('unconfirmed', { recipients: [bob] }),
        final('suppressed', { recipient: ada, recipientCount: 2 }),
        final('unconfirmed', { source: 'retry' }),
      ],
      { status: 'unconfirmed', final: true },
    ],
    [
      'one of two is suppressed, the other failed',
      [final('failed'), final('suppressed', { recipient: ada, recipientCount: 2 })],
      { status: 'failed', final: true },
    ],
    [
      'two of three are suppressed, and nobody is left to write to openly',
      [
        final('suppressed'),
        final('suppressed', { recipient: ada, recipientCount: 3 }),
        final('suppressed', { recipient: bob, recipientCount: 3 }),
      ],
      { status: 'suppressed', final: true },
    ],
    [
      'a look-up without a recipient is about the only one',
      [
        fact('sent', { recipients: [ada] }),
        receipt('delayed', { recipient: ada, final: false }),
        final('delivered', { source: 'lookup' }),
      ],
      { status: 'delivered', final: true },
    ],
    [
      'the only recipient is told under another address',
      [fact('sent', { recipients: [ada] }), receipt('delivered', { recipient: stranger })],
      { status: 'delivered', final: true },
    ],
    [
      'the only recipient bounced under another address, and only the request names them',
      [asked(ada), receipt('bounced', { recipient: stranger })],
      { status: 'bounced', final: true },
    ],
    [
      'the only recipient is told under two addresses',
      [
        asked(ada),
        fact('sent', { recipients: [ada] }),
        receipt('delivered', { recipient: ada }),
        receipt('bounced', { recipient: stranger }),
      ],
      { status: 'bounced', final: true },
    ],
    [
      'the only one it went to is told under another address',
      [
        fact('sent', { recipients: [bob] }),
        final('suppressed', { recipient: ada, recipientCount: 2 }),
        receipt('delivered', { recipient: stranger, recipientCount: 2 }),
      ],
      { status: 'suppressed', final: true },
    ],
    [
      'an unknown address beside two of whom both are delivered',
      [
        fact('sent', { recipients: [ada, bob] }),
        receipt('delivered', { recipient: ada }),
        receipt('delivered', { recipient: bob }),
        receipt('bounced', { recipient: stranger, recipientCount: 2 }),
      ],
      { status: 'delivered', final: true },
    ],
    [
      'nothing but an unknown address is told of one to two',
      [asked(ada, bob), receipt('bounced', { recipient: stranger, recipientCount: 2 })],
      { status: 'sent', final: false },
    ],
    ['it was rejected', [final('rejected', { hop: undefined })], { status: 'rejected', final: true }],
    [
      'the corrected request waits for its time',
      [final('rejected', { hop: undefined }), fact('scheduled')],
      { status: 'scheduled', final: false },
    ],
    [
      'the corrected request was delivered',
      [final('rejected', { hop: undefined }), fact('sent'), receipt('delivered')],
      { status: 'delivered', final: true },
    ],
    [
      'it was opened and clicked',
      [receipt('delivered'), receipt('clicked'), receipt('opened')],
      { status: 'delivered', engagement: ['clicked', 'opened'] },
    ],
  ];

  it.each(table)('%s', (_, facts, state) => {
    expect(fold(facts)).toMatchObject(state);
    expect(fold(facts.toReversed())).toMatchObject(state);
  });

  it('holds status, final and engagement, and nothing about how it was found', () => {
    expect(fold([receipt('delivered')])).toEqual({ status: 'delivered', final: true, engagement: [] });
  });
});

const anyFact: fc.Arbitrary<Fact> = fc.record({
  status: fc.constantFrom(...Status.options, ...Engagement.options, ...Notice.options),
  final: fc.boolean(),
  hop: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  source: fc.constantFrom(...StatusSource.options),
  recipient: fc.option(fc.constantFrom(ada, bob), { nil: undefined }),
  recipients: fc.option(fc.constantFrom([ada], [bob], [ada, bob]), { nil: undefined }),
  recipientCount: fc.option(fc.constantFrom(2, 3), { nil: undefined }),
});

const shuffled = (facts: Fact[]) => fc.shuffledSubarray(facts, { minLength: facts.length, maxLength: facts.length });

/** A history, and the same facts in another order with some of them repeated. */
const repeated = fc.array(anyFact, { minLength: 1, maxLength: 12 }).chain((facts) =>
  fc.tuple(
    fc.constant(facts),
    fc.subarray(facts).chain((again) => shuffled([...facts, ...again])),
  ),
);

const RUNS = 10_000;

describe('a notice, such as that a cancellation came too late', () => {
  it('does not change the status, whatever other facts there are', () => {
    const notice = fc.record({
      status: fc.constantFrom(...Notice.options),
      final: fc.boolean(),
      source: fc.constantFrom(...StatusSource.options),
      hop: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 8 }), notice, (facts, reported) => {
        expect(fold([reported, ...facts])).toEqual(fold(facts));
        expect(fold([...facts, reported])).toEqual(fold(facts));
      }),
    );
  });
});

describe('a history, in any order and with any number of repeats', () => {
  it('always gives the same state', () => {
    fc.assert(
      fc.property(repeated, ([facts, other]) => expect(fold(other)).toEqual(fold(facts))),
      { numRuns: RUNS },
    );
  });

  it('is delivered once any hop is, unless that hop bounced', () => {
    const oneRecipient = anyFact.map((one) => ({
      ...one,
      recipient: undefined,
      recipients: undefined,
      recipientCount: undefined,
    }));
    fc.assert(
      fc.property(fc.array(oneRecipient, { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), (others, hop) => {
        const facts = [
          ...others.filter((other) => other.hop !== hop || other.status !== 'bounced'),
          receipt('delivered', { hop }),
        ];
        expect(fold(facts).status).toBe('delivered');
        const alone = facts.filter((other) => other.hop === hop);
        expect(fold([...alone, receipt('bounced', { hop })]).status).toBe('bounced');
      }),
      { numRuns: RUNS },
    );
  });

  it('is never changed by a decision of ours once the provider has reported', () => {
    const decision = fc.record({
      status: fc.constantFrom(
        'accepted',
        'scheduled',
        'retrying',
        'failed',
        'rejected',
        'suppressed',
        'expired',
        'cancelled',
        'unconfirmed',
      ),
      final: fc.boolean(),
      hop: fc.constant(1),
      source: fc.constantFrom('email', 'sms', 'retry', 'request'),
    }) as fc.Arbitrary<Fact>;
    const evidence = fc
      .constantFrom<Fact['status']>('sent', 'delayed', 'delivered', 'bounced', 'failed')
      .map((status) => receipt(status));
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 8 }), evidence, (decisions, word) =>
        expect(fold([...decisions, word])).toEqual(fold([word])),
      ),
      { numRuns: RUNS },
    );
  });

  it('is never finally "not sent" while an earlier hop is unconfirmed', () => {
    const notSent = new Set<string>(['failed', 'rejected', 'suppressed', 'expired', 'cancelled']);
    const later = anyFact.map((one) => ({
      ...one,
      hop: (one.hop ?? 1) + 1,
      recipient: undefined,
      recipients: undefined,
    }));
    fc.assert(
      fc.property(fc.array(later, { maxLength: 10 }), (facts) => {
        const { status, final: ended } = fold([fact('unconfirmed'), ...facts]);
        expect(ended && notSent.has(status)).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });
});
