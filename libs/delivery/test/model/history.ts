import type { Lane } from '#libs/contracts';
import fc from 'fast-check';
import { endings, type LookUp, lookUps, receipts, ways } from './sim-provider.ts';

/** One message upstream publishes, and whether it publishes it once more elsewhere. */
export interface Asked {
  key: 'K' | 'L' | null;
  partition: 0 | 1;
  /** Not before this many milliseconds. */
  sendAfter: number | undefined;
  /** Not after this many milliseconds. */
  expiresAfter: number | undefined;
  repeat: 'none' | 'other partition' | 'other content';
  /** Upstream takes it back at some time. */
  cancelled: boolean;
}

/** What happens next. Which one of many, and how it ends, `pick` and `luck` say. */
export interface Step {
  act: (typeof acts)[number];
  pick: number;
  luck: number;
}

export interface History {
  lane: Lane;
  lookUp: LookUp;
  asked: Asked[];
  steps: Step[];
}

const weights = {
  // The work itself.
  'go on': 60, 'go halfway': 8, fetch: 24, commit: 6, 'a little later': 3, 'something is due': 6, release: 8, 'a receipt': 2, cancel: 1,
  // What goes wrong.
  'lose an answer': 2, 'after the lease': 4, kill: 1, 'die at it': 2, start: 5, pause: 2, resume: 4, rebalance: 1, join: 5, rejoin: 1,
  'postgres goes': 1, 'postgres comes': 4, 'kafka goes': 1, 'kafka comes': 4,
} as const; // prettier-ignore

type Act = keyof typeof weights;
export const acts: Act[] = (Object.keys(weights) as Act[]).flatMap((act) => Array.from({ length: weights[act] }, () => act));

const asked: fc.Arbitrary<Asked> = fc.record({
  key: fc.constantFrom('K', 'K', 'L', null),
  partition: fc.constantFrom(0, 0, 1),
  sendAfter: fc.constantFrom(undefined, undefined, undefined, 20_000),
  expiresAfter: fc.constantFrom(undefined, undefined, undefined, undefined, 45_000),
  repeat: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'other partition', 'other partition', 'other content'),
  cancelled: fc.constantFrom(false, false, false, true),
});

const step: fc.Arbitrary<Step> = fc
  .tuple(fc.nat(acts.length - 1), fc.nat(23), fc.nat(endings.length * receipts.length * ways.length - 1))
  .map(([act, pick, luck]) => ({ act: acts[act]!, pick, luck }));

const anyHistory: fc.Arbitrary<History> = fc.record({
  lane: fc.constantFrom<Lane>('transactional', 'urgent', 'bulk'),
  lookUp: fc.constantFrom(...lookUps),
  asked: fc.oneof(fc.array(asked, { minLength: 1, maxLength: 1 }), fc.array(asked, { minLength: 1, maxLength: 3 })),
  steps: fc.array(step, { minLength: 30, maxLength: 200, size: 'max' }),
});

/** Calls that are taken and whose webhooks never come, by processes that often stand still: answers that come too late. */
export const lateAnswers: fc.Arbitrary<History> = anyHistory.map((history): History => {
  const steps = history.steps.map(({ act, pick, luck }): Step => ({ act: luck % 9 === 0 ? 'pause' : act, pick, luck: (luck % 2) + endings.length * receipts.indexOf('nothing') }));
  return { ...history, asked: history.asked.slice(0, 1), lookUp: 'none', steps };
});

const deadly: Act[] = ['pause', 'after the lease', 'resume', 'die at it'];

/** Late answers whose processes often die before they have told what they learned. */
export const untoldAnswers: fc.Arbitrary<History> = lateAnswers.map((history): History => {
  const steps = history.steps.map((each): Step => ({ ...each, act: deadly[each.pick] ?? each.act }));
  return { ...history, steps };
});

const calm: Act[] = ['go on', 'go on', 'go on', 'go on', 'fetch', 'fetch', 'release', 'something is due'];

/** Nothing fails but the answers, all of them lost, and one receipt comes late: what proves acceptance may lie unread when the time for it is over. */
export const unreadProofs: fc.Arbitrary<History> = fc.tuple(anyHistory, fc.array(step, { minLength: 80, maxLength: 160, size: 'max' }), fc.nat(79)).map(([history, steps, late]): History => {
  const asked = history.asked.slice(0, 1).map((each): Asked => ({ ...each, sendAfter: undefined, expiresAfter: undefined, repeat: 'none', cancelled: false }));
  const luck = endings.indexOf('lost, taken');
  const played = steps.map(({ pick, luck: any }, index): Step => ({ act: index === steps.length - 1 - late ? 'a receipt' : calm[any % calm.length]!, pick, luck }));
  return { ...history, lane: 'urgent', lookUp: 'none', asked, steps: played };
});

export const histories: fc.Arbitrary<History> = fc.oneof({ weight: 5, arbitrary: anyHistory }, { weight: 1, arbitrary: lateAnswers });
