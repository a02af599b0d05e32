import type { ControlTarget, StatusChanged } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { check, type Figures, passes } from './check.policy.ts';
import type { AcceptedSend, Evidence, Published, RecordedFact, Shown } from './story.policy.ts';

const noon = Date.parse('2030-01-31T12:00:00Z');

const asked = (messageId: string, more: Partial<Published> = {}): Published => ({
  messageId,
  channel: 'email',
  lane: 'transactional',
  topic: 'messaging.email.requested',
  key: 'ada',
  sequence: 0,
  recipients: ['ada@inbox.test'],
  underOtherKeys: false,
  ...more,
});

const taken = (messageId: string, more: Partial<AcceptedSend> = {}): AcceptedSend => ({
  messageId,
  requestId: `request of ${more.callId ?? messageId}`,
  recipients: ['ada@inbox.test'],
  callId: `${messageId}/1`,
  acceptedAt: noon,
  reportedDelivered: true,
  telling: false,
  stoppedReporting: false,
  ...more,
});

const stands = (messageId: string, status = 'delivered', final = true): Shown => ({ messageId, status, final });

function fact(
  messageId: string,
  status: StatusChanged['status'],
  more: Partial<StatusChanged> = {},
  recordedAt = noon,
): RecordedFact {
  const hop = more.hop ?? 1;
  const reported: StatusChanged = {
    eventId: `${messageId}/${hop}/${status}/${more.source}`,
    messageId,
    tenant: 'default',
    channel: 'email',
    status,
    final: false,
    at: new Date(recordedAt).toISOString(),
    source: 'email',
    hop,
    ...more,
  };
  return { fact: reported, recordedAt };
}

const sent = (messageId: string, hop = 1) => fact(messageId, 'sent', { hop, callId: `${messageId}/${hop}` });
const delivered = (messageId: string, hop = 1, recordedAt = noon + 200) =>
  fact(messageId, 'delivered', { hop, final: true, source: 'receipt', callId: `${messageId}/${hop}` }, recordedAt);
const unconfirmedIds = (messageId: string, hop = 1) =>
  fact(messageId, 'unconfirmed', { hop, callId: `${messageId}/${hop}` });
const deadLettered = (messageId: string, at: number, hop = 1) =>
  fact(messageId, 'unconfirmed', { hop, final: true, source: 'retry' }, at);

/** One message of which everything is as it should be. */
const aGoodOne = (messageId = 'm1', more: Partial<Published> = {}, acceptedAt = noon): Evidence => ({
  published: [asked(messageId, more)],
  sends: [taken(messageId, { acceptedAt })],
  shown: [stands(messageId)],
  facts: [sent(messageId), delivered(messageId)],
  quarantined: [],
  crashes: [],
});

const together = (...all: Evidence[]): Evidence => ({
  published: all.flatMap((each) => each.published),
  sends: all.flatMap((each) => each.sends),
  shown: all.flatMap((each) => each.shown),
  facts: all.flatMap((each) => each.facts),
  quarantined: [],
  crashes: [],
});

const figuresOf = (evidence: Partial<Evidence>): Figures => check({ ...aGoodOne(), ...evidence }).figures;

describe('the checker of a chaos run', () => {
  it('is content with messages that were sent once and delivered', () => {
    const verdict = check(together(aGoodOne('m1', { sequence: 1 }), aGoodOne('m2', { sequence: 2 }, noon + 5)));
    expect(verdict.findings).toEqual([]);
    expect(verdict.figures).toMatchObject({ published: 2, lost: 0, ambiguous: { total: 0 } });
    expect(passes(verdict)).toBe(true);
  });

  it('finds what the provider took while it was paused, and nothing that was on its way before or after', () => {
    const during = (target: ControlTarget, acceptedAt: number) =>
      figuresOf({
        sends: [taken('m1', { acceptedAt })],
        paused: [{ target, from: noon, to: noon + 10_000 }],
      }).calledWhilePaused;
    const channel = { kind: 'channel', channel: 'email' } as const;
    expect([during(channel, noon + 2_000), during(channel, noon + 5_000), during(channel, noon + 11_000)]).toEqual([
      0, 1, 0,
    ]);
    expect(during({ kind: 'tenant', tenant: 'chaos-1' }, noon + 5_000)).toBe(1);
    expect(during({ kind: 'lane', lane: 'bulk' }, noon + 5_000)).toBe(0);
    expect(during({ kind: 'channel', channel: 'sms' }, noon + 5_000)).toBe(0);
  });

  it('ignores what others have published', () => {
    expect(check(together(aGoodOne(), { ...aGoodOne('foreign'), published: [] })).findings).toEqual([]);
  });

  it('calls a message lost that reporting does not know, or that stands still without ever having been sent', () => {
    expect(figuresOf({ shown: [] }).lost).toBe(1);
    expect(
      figuresOf({ sends: [], shown: [stands('m1', 'retrying', false)], facts: [fact('m1', 'retrying')] }),
    ).toMatchObject({ lost: 1, nonTerminal: 1 });
  });

  it('calls a message lost that is said to be delivered though no provider has it', () => {
    expect(figuresOf({ sends: [] }).lost).toBe(1);
  });

  it('does not call a message lost whose sender was told that it was not sent', () => {
    expect(
      check({
        ...aGoodOne(),
        sends: [],
        shown: [stands('m1', 'failed')],
        facts: [fact('m1', 'failed', { final: true })],
      }).findings,
    ).toEqual([]);
  });

  it('calls a message lost of whose recipients the provider was told only some', () => {
    const toBoth = { published: [asked('m1', { recipients: ['ada@inbox.test', 'bob@inbox.test'] })] };
    expect(figuresOf(toBoth).lost).toBe(1);
    expect(
      figuresOf({ ...toBoth, sends: [taken('m1', { recipients: ['bob@inbox.test', 'ada@inbox.test'] })] }).lost,
    ).toBe(0);
  });

  it('finds good records that a service has set aside', () => {
    expect(figuresOf({ quarantined: [{ messageId: 'm1', what: 'email set it aside' }] }).quarantined).toBe(1);
  });

  it('finds services that did not bear what was done to others', () => {
    expect(figuresOf({ crashes: ['email ended with exit code 1'] }).crashes).toBe(1);
  });

  it('finds messages that never come to an end', () => {
    expect(
      figuresOf({
        sends: [taken('m1', { reportedDelivered: false })],
        shown: [stands('m1', 'sent', false)],
        facts: [sent('m1')],
      }),
    ).toMatchObject({ lost: 0, nonTerminal: 1 });
  });

  it('lets a message end as sent only where the provider gave up telling more', () => {
    const ends = (stoppedReporting: boolean) =>
      figuresOf({
        sends: [taken('m1', { reportedDelivered: false, stoppedReporting })],
        shown: [stands('m1', 'sent', true)],
        facts: [sent('m1')],
      });
    expect(ends(true)).toMatchObject({ nonTerminal: 0, receiptsNotRepeated: 1 });
    expect(ends(false).nonTerminal).toBe(1);
  });

  it('finds a message that is shown otherwise than the provider or the topic told', () => {
    expect(
      figuresOf({ shown: [stands('m1', 'expired')], facts: [fact('m1', 'expired', { final: true })] }).misreported,
    ).toBe(1);
    expect(
      figuresOf({ sends: [taken('m1', { reportedDelivered: false })], shown: [stands('m1', 'bounced')] }).misreported,
    ).toBe(1);
  });
});

describe('two sends of one message', () => {
  const twice = (facts: RecordedFact[], second: Partial<AcceptedSend> = {}) =>
    figuresOf({ sends: [taken('m1'), taken('m1', { callId: 'm1/2', acceptedAt: noon + 60_000, ...second })], facts });
  const byPolicy = [
    unconfirmedIds('m1'),
    deadLettered('m1', noon + 50_000),
    sent('m1', 2),
    delivered('m1', 2, noon + 61_000),
  ];

  it('are a duplicate when nobody decided so', () => {
    expect(twice([sent('m1'), sent('m1', 2), delivered('m1', 2)]).duplicateSends).toBe(1);
  });

  it('are a duplicate when both were made on one hop', () => {
    expect(
      twice(
        [...byPolicy, fact('m1', 'sent', { callId: 'm1/2', hop: 1 })].toSorted(
          (a, b) => (a.fact.hop ?? 0) - (b.fact.hop ?? 0),
        ),
      ).duplicateSends,
    ).toBe(1);
  });

  it('are a duplicate when no fact tells of the second call', () => {
    expect(twice(byPolicy, { callId: 'unheard-of' }).duplicateSends).toBe(1);
  });

  it('are a duplicate when one call named a recipient twice', () => {
    expect(
      figuresOf({ sends: [taken('m1', { recipients: ['ada@inbox.test', 'ada@inbox.test'] })] }).duplicateSends,
    ).toBe(1);
  });

  it('are counted apart when policy sent again after a lost answer, with the id', () => {
    const { duplicateSends, ambiguous } = twice(byPolicy);
    expect(duplicateSends).toBe(0);
    expect(ambiguous).toEqual({
      total: 1,
      reconciled: 0,
      resentByPolicy: 1,
      resentByPolicyIds: ['m1'],
      resentOnce: 0,
      unconfirmed: 0,
      takenLate: 0,
    });
  });

  it('are a duplicate when the first was made only after its unconfirmed call had been given up', () => {
    const facts = [unconfirmedIds('m1'), deadLettered('m1', noon - 1_000), sent('m1', 2), delivered('m1', 2)];
    expect(twice(facts).duplicateSends).toBe(1);
  });

  it('are a duplicate when the first had been proven before its unconfirmed call was given up', () => {
    expect(twice([...byPolicy, delivered('m1', 1, noon + 49_999)]).duplicateSends).toBe(1);
    expect(twice([...byPolicy, delivered('m1', 1, noon + 50_000)]).duplicateSends).toBe(0);
  });
});

describe('a lost answer', () => {
  const ambiguous = (evidence: Partial<Evidence>) => figuresOf(evidence).ambiguous;

  it('is reconciled where the provider’s word came', () => {
    expect(ambiguous({ facts: [unconfirmedIds('m1'), delivered('m1')] })).toMatchObject({ total: 1, reconciled: 1 });
  });

  it('is resent once where the provider had nothing', () => {
    const facts = [unconfirmedIds('m1'), deadLettered('m1', noon), sent('m1', 2), delivered('m1', 2)];
    expect(ambiguous({ sends: [taken('m1', { callId: 'm1/2' })], facts })).toMatchObject({
      total: 1,
      resentOnce: 1,
      resentByPolicy: 0,
    });
  });

  it('may be left to an operator', () => {
    const facts = [unconfirmedIds('m1'), deadLettered('m1', noon)];
    const left = { sends: [taken('m1', { reportedDelivered: false })], shown: [stands('m1', 'unconfirmed')], facts };
    expect(ambiguous(left)).toMatchObject({ total: 1, unconfirmed: 1 });
    expect(check({ ...aGoodOne(), ...left }).findings).toEqual([]);
  });
});

describe('what a run has tried', () => {
  it('is reported beside what it found', () => {
    const sharing = (messageId: string, key: string): Evidence => ({
      ...aGoodOne(messageId, { key }),
      sends: [taken(messageId, { requestId: 'one call' })],
    });
    const { exercised } = check(
      together(
        sharing('m1', 'ada'),
        sharing('m2', 'bob'),
        aGoodOne('m3', { recipients: ['ada@inbox.test', 'bob@inbox.test'], sequence: 1 }),
      ),
    ).figures;
    expect(exercised).toEqual({ coalesced: 2, toSeveralRecipients: 1, orderedPairs: 1 });
  });
});

describe('the order of a key', () => {
  const pair = (first: Partial<Published>, second: Partial<Published>, secondAt: number) =>
    check(together(aGoodOne('m1', { sequence: 1, ...first }), aGoodOne('m2', { sequence: 2, ...second }, secondAt)))
      .figures.orderInversions;

  it('is broken when the later message was taken first', () => {
    expect(pair({}, {}, noon - 1)).toBe(1);
  });

  it('is kept by equal times, and owed to no other key, topic or record without a key', () => {
    expect(pair({}, {}, noon)).toBe(0);
    expect(pair({}, { key: 'bob' }, noon - 1)).toBe(0);
    expect(pair({}, { topic: 'messaging.email.requested.urgent' }, noon - 1)).toBe(0);
    expect(pair({ key: null }, { key: null }, noon - 1)).toBe(0);
    expect(pair({ underOtherKeys: true }, {}, noon - 1)).toBe(0);
  });

  describe('beside one that the provider took only after our call had run out of time', () => {
    /** The middle one of three, whose call ran out of time before it was taken. */
    const late = (deadLetteredAt: number, takenAt: number): Evidence => ({
      ...aGoodOne('m2', { sequence: 2 }, takenAt),
      facts: [
        fact('m2', 'unconfirmed', { callId: 'm2/1', at: new Date(deadLetteredAt).toISOString() }),
        delivered('m2'),
      ],
    });
    const figures = (first: number, middle: Evidence, last: number) =>
      check(together(aGoodOne('m1', { sequence: 1 }, first), middle, aGoodOne('m3', { sequence: 3 }, last))).figures;

    it('may be broken by the next, which has gone on by then', () => {
      expect(figures(noon, late(noon + 100, noon + 300), noon + 200)).toMatchObject({
        orderInversions: 0,
        ambiguous: { takenLate: 1 },
        exercised: { orderedPairs: 2 },
      });
    });

    it('is broken when the next was taken while that call still ran', () => {
      expect(figures(noon, late(noon + 100, noon + 300), noon + 99).orderInversions).toBe(1);
    });

    it('is broken when it came before the one that was published first', () => {
      expect(figures(noon + 400, late(noon + 100, noon + 300), noon + 500).orderInversions).toBe(1);
    });

    it('is broken like any other when it was taken in time', () => {
      expect(figures(noon, late(noon + 2_000, noon + 300), noon + 200)).toMatchObject({
        orderInversions: 1,
        ambiguous: { takenLate: 0 },
      });
    });
  });

  it('is not owed to what went at a later hop', () => {
    const later: Evidence = {
      ...aGoodOne('m1', { sequence: 1 }),
      sends: [taken('m1', { callId: 'm1/2', acceptedAt: noon + 10 })],
      facts: [sent('m1', 2), delivered('m1', 2)],
    };
    expect(check(together(later, aGoodOne('m2', { sequence: 2 }))).figures.orderInversions).toBe(0);
  });
});

describe('a status', () => {
  const steps = (...facts: RecordedFact[]) => figuresOf({ facts: [...facts, delivered('m1')] }).backwardStatuses;

  it('may only go forward', () => {
    expect(steps(sent('m1'), delivered('m1'), fact('m1', 'bounced', { final: true, source: 'receipt' }))).toBe(0);
    expect(steps(fact('m1', 'failed', { final: true }), sent('m1', 2))).toBe(0);
  });

  it('has gone back when a message that was said to be failed is tried again', () => {
    expect(steps(fact('m1', 'failed', { final: true }), fact('m1', 'retrying', { hop: 2 }))).toBe(1);
  });

  it('has not gone back when the facts come late and out of order', () => {
    expect(
      steps(
        delivered('m1'),
        sent('m1'),
        fact('m1', 'retrying', { hop: 2 }),
        fact('m1', 'failed', { hop: 2, final: true }),
      ),
    ).toBe(0);
  });

  describe('of two copies, the second of which policy chose', () => {
    const bounced = (hop: number) =>
      fact('m1', 'bounced', { hop, final: true, source: 'receipt', callId: `m1/${hop}` }, noon + 60_000);
    const decided = [unconfirmedIds('m1'), deadLettered('m1', noon + 50_000)];
    const both = [taken('m1'), taken('m1', { callId: 'm1/2', acceptedAt: noon + 61_000 })];
    const ofCopies = (facts: RecordedFact[], sends = both) => figuresOf({ sends, facts }).backwardStatuses;

    it('has not gone back when one bounces and the other is sent or delivered', () => {
      expect(ofCopies([...decided, bounced(1), sent('m1', 2), delivered('m1', 2, noon + 62_000)])).toBe(0);
      expect(ofCopies([...decided, sent('m1', 2), bounced(2), delivered('m1', 1, noon + 62_000)])).toBe(0);
    });

    it('has gone back when the provider has no other copy', () => {
      expect(ofCopies([...decided, bounced(1), sent('m1', 2)], [taken('m1')])).toBe(1);
    });

    it('has gone back when nobody decided on another copy', () => {
      expect(ofCopies([unconfirmedIds('m1'), bounced(1), sent('m1', 2)])).toBe(1);
    });

    it('has gone back when it is of a hop that is none of the copies', () => {
      expect(ofCopies([...decided, bounced(1), fact('m1', 'sent', { hop: 3, callId: 'm1/3' }), sent('m1', 2)])).toBe(1);
    });
  });

  it('may leave failed where an operator redrives it, and nobody else', () => {
    const failed = fact('m1', 'failed', { final: true });
    const again = (more: object) => fact('m1', 'retrying', { hop: 2, source: 'retry', ...more });
    expect(steps(failed, again({ operationId: 'op-1' }))).toBe(0);
    expect(steps(failed, again({}))).toBe(1);
  });

  it('may leave unconfirmed for another try, which policy decides', () => {
    expect(
      steps(unconfirmedIds('m1'), deadLettered('m1', noon), fact('m1', 'retrying', { hop: 2, source: 'retry' })),
    ).toBe(0);
  });
});
