import type { Lane } from '#libs/contracts';
import fc from 'fast-check';
import { type Fault, faults } from './faults.ts';
import { ada, bob, cy, nobody } from './people.ts';
import { endings, type LookUp, lookUps, receipts, type RefusalOfOne, refusals, ways } from './sim-provider.ts';

/** A message that upstream publishes, and whether it publishes a copy in another partition. */
export interface Parsed {
  key: 'K' | 'L' | null;
  partition: 0 | 1;
  /** Not before this many milliseconds. */
  sendAfter: number | undefined;
  /** Not after this many milliseconds. */
  expiresAfter: number | undefined;
  to: readonly string[];
  repeat: 'none' | 'other partition' | 'other content';
  /** Upstream cancels it at some time. */
  cancelled: boolean;
  /** The bug that it triggers whenever it is processed. */
  fault?: Fault;
}

/** The next event. `pick` and `luck` choose among several, and how it ends. */
export interface Step {
  act: (typeof acts)[number];
  pick: number;
  luck: number;
}

export interface History {
  lane: Lane;
  lookUp: LookUp;
  refusal: RefusalOfOne;
  asked: Parsed[];
  steps: Step[];
}

const weights = {
  // Normal operation.
  'go on': 60,
  'go halfway': 8,
  fetch: 24,
  commit: 6,
  'a little later': 3,
  'something is due': 6,
  release: 8,
  'a receipt': 2,
  cancel: 1,
  suppress: 1,
  look: 3,
  // Faults.
  'lose an answer': 2,
  'lose a record': 2,
  'after the lease': 4,
  kill: 1,
  'die at it': 2,
  start: 5,
  pause: 2,
  resume: 4,
  rebalance: 1,
  join: 5,
  rejoin: 1,
  'postgres goes': 1,
  'postgres comes': 4,
  'kafka goes': 1,
  'kafka comes': 4,
} as const;

type Act = keyof typeof weights;
export const acts: Act[] = (Object.keys(weights) as Act[]).flatMap((act) =>
  Array.from({ length: weights[act] }, () => act),
);

const asked: fc.Arbitrary<Parsed> = fc.record({
  key: fc.constantFrom('K', 'K', 'L', null),
  partition: fc.constantFrom(0, 0, 1),
  sendAfter: fc.constantFrom(undefined, undefined, undefined, 20_000),
  expiresAfter: fc.constantFrom(undefined, undefined, undefined, undefined, 45_000),
  to: fc.constantFrom([ada], [ada], [ada], [ada, bob], [ada, bob, cy], [bob], [nobody]),
  repeat: fc.constantFrom(
    'none',
    'none',
    'none',
    'none',
    'none',
    'other partition',
    'other partition',
    'other content',
  ),
  cancelled: fc.constantFrom(false, false, false, true),
});

const step: fc.Arbitrary<Step> = fc
  .tuple(fc.nat(acts.length - 1), fc.nat(23), fc.nat(endings.length * receipts.length * ways.length - 1))
  .map(([act, pick, luck]) => ({ act: acts[act]!, pick, luck }));

/** Texts, which can only be found in a list, all go to one number. */
const asSuch = (history: History): History =>
  history.lookUp === 'by list'
    ? { ...history, asked: history.asked.map((each): Parsed => ({ ...each, to: each.to.slice(0, 1) })) }
    : history;

const anyHistory: fc.Arbitrary<History> = fc
  .record({
    lane: fc.constantFrom<Lane>('transactional', 'urgent', 'bulk'),
    lookUp: fc.constantFrom(...lookUps),
    refusal: fc.constantFrom(...refusals),
    asked: fc.oneof(fc.array(asked, { minLength: 1, maxLength: 1 }), fc.array(asked, { minLength: 1, maxLength: 3 })),
    steps: fc.array(step, { minLength: 30, maxLength: 200, size: 'max' }),
  })
  .map(asSuch);

/** Calls that are accepted and whose webhooks never arrive, by processes that are often suspended: late responses. */
export const lateAnswers: fc.Arbitrary<History> = anyHistory.map((history): History => {
  const steps = history.steps.map(({ act, pick, luck }): Step => ({
    act: luck % 9 === 0 ? 'pause' : act,
    pick,
    luck: (luck % 2) + endings.length * receipts.indexOf('nothing'),
  }));
  const asked = history.asked.slice(0, 1).map((each): Parsed => ({ ...each, to: [ada] }));
  return { ...history, asked, lookUp: 'none', steps };
});

const baseline: Act[] = ['go on', 'go on', 'go on', 'go on', 'fetch', 'fetch', 'release', 'something is due'];

/** A number of steps without faults, except for what `luck` decides about calls. */
const baselineOf = (minLength: number, maxLength: number, luck: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc
      .tuple(fc.nat(23), fc.nat(baseline.length - 1))
      .map(([pick, which]): Step => ({ act: baseline[which]!, pick, luck })),
    { minLength, maxLength, size: 'max' },
  );

const one = (act: Act, pick = fc.nat(23), luck = fc.nat(100)): fc.Arbitrary<Step> =>
  fc.record({ act: fc.constant(act), pick, luck });

/** A history with messages for one person, whose calls cannot be looked up. */
const course = (lane: Lane, count: number, ...parts: fc.Arbitrary<Step | Step[]>[]): fc.Arbitrary<History> =>
  fc.tuple(asked, fc.tuple(...parts)).map(([each, steps]): History => {
    const message: Parsed = {
      ...each,
      sendAfter: undefined,
      expiresAfter: undefined,
      to: [ada],
      repeat: 'none',
      cancelled: false,
    };
    return {
      lane,
      lookUp: 'none',
      refusal: 'as a whole',
      asked: Array.from({ length: count }, () => message),
      steps: steps.flat(),
    };
  });

const takenInSilence = endings.indexOf('taken') + endings.length * receipts.indexOf('nothing');
const atTheFirst = fc.constant(0);

/**
 * The replica that called is suspended, another takes the message over, and the first one dies after it has stored its
 * result and before it publishes.
 */
export const unreportedAnswers: fc.Arbitrary<History> = course(
  'urgent',
  1,
  baselineOf(4, 12, takenInSilence),
  one('pause'),
  one('rebalance', atTheFirst),
  one('join'),
  one('after the lease'),
  baselineOf(20, 60, takenInSilence),
  one('commit', atTheFirst),
  baselineOf(2, 6, takenInSilence),
  one('resume'),
  one('die at it'),
);

/**
 * All responses are lost, and one receipt is late: the evidence of an acceptance may be unread when its time is over.
 */
export const unreadEvidence: fc.Arbitrary<History> = fc
  .tuple(course('urgent', 1, baselineOf(80, 160, endings.indexOf('lost, taken'))), fc.nat(79))
  .map(([history, late]): History => {
    const steps = history.steps.map((each, index): Step =>
      index === history.steps.length - 1 - late ? { ...each, act: 'a receipt' } : each,
    );
    return { ...history, steps };
  });

const seconds = fc.integer({ min: 20, max: 31 });

const refusedInSilence = endings.indexOf('refused') + endings.length * receipts.indexOf('nothing');
const lost = one('lose a record', undefined, atTheFirst);

/**
 * A message is refused and retried, and the records between the channel and retry are lost, mostly before they are
 * read.
 */
export const lostRecords: fc.Arbitrary<History> = course(
  'transactional',
  1,
  baselineOf(8, 40, refusedInSilence),
  lost,
  baselineOf(4, 40, refusedInSilence),
  lost,
  baselineOf(10, 40, refusedInSilence),
);

/** A message is refused, and upstream cancels it while it waits or is being released. */
export const cancelledInRelease: fc.Arbitrary<History> = course(
  'transactional',
  1,
  baselineOf(8, 30, refusedInSilence),
  one('cancel', atTheFirst),
  baselineOf(4, 40, takenInSilence),
).map((history): History => ({
  ...history,
  asked: history.asked.map((each): Parsed => ({ ...each, cancelled: true })),
}));

/** Every replica that processes a message dies, and its record is lost before it is read again. */
export const lostInWork: fc.Arbitrary<History> = course(
  'transactional',
  1,
  baselineOf(15, 60, refusedInSilence),
  one('die at it'),
  lost,
  baselineOf(0, 30, refusedInSilence),
  one('die at it'),
  lost,
  baselineOf(10, 30, refusedInSilence),
);

/** Of two messages in one call, one was claimed seconds before the other, and the call starts slowly. */
export const slowStarts: fc.Arbitrary<History> = course(
  'bulk',
  2,
  one('fetch', undefined, atTheFirst),
  one('go on'),
  one('a little later', undefined, seconds),
  one('a little later', undefined, seconds),
  baselineOf(6, 14, takenInSilence),
  one('something is due'),
  one('a little later', undefined, seconds),
  baselineOf(2, 6, takenInSilence),
);

/** Bulk messages of one content under many keys, most of them to one recipient: they share calls. */
export const batchHistories: fc.Arbitrary<History> = fc
  .tuple(anyHistory, fc.array(asked, { minLength: 2, maxLength: 4 }))
  .map(([history, many]): History => {
    const free = many.map((each): Parsed => ({ ...each, key: each.key === 'L' ? 'L' : null, sendAfter: undefined }));
    return asSuch({ ...history, lane: 'bulk', asked: free });
  });

/** Messages that trigger a bug of ours. */
export const faultyHistories: fc.Arbitrary<History> = fc
  .tuple(anyHistory, fc.array(fc.constantFrom(...faults), { minLength: 3, maxLength: 3 }))
  .map(([history, some]): History => ({
    ...history,
    asked: history.asked.map((each, index): Parsed => ({ ...each, fault: some[index]! })),
  }));

/** Without bugs of ours. */
export const soundHistories: fc.Arbitrary<History> = fc.oneof(
  { weight: 4, arbitrary: anyHistory },
  { weight: 1, arbitrary: lateAnswers },
  { weight: 1, arbitrary: batchHistories },
  { weight: 1, arbitrary: lostRecords },
  { weight: 1, arbitrary: lostInWork },
);

export const histories: fc.Arbitrary<History> = fc.oneof(
  { weight: 6, arbitrary: soundHistories },
  { weight: 1, arbitrary: faultyHistories },
);
