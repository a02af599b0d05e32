import { type ControlChanged, isOn, readPausedKey } from '#libs/contracts';
import { waitBeforeDone } from '#libs/runtime';
import { followed, TopicOrder } from '../../../../apps/reporting/src/controls/follow.policy.ts';
import { stateOf } from '../../../../apps/retry/src/park/key.policy.ts';

import { cancelledByRule, onlyReads, pausesOf } from '../../src/controls/control.policy.ts';

/** The rules of operators' controls; a seeded bug leaves one out. */
export interface Rules {
  /** A service takes up a change only where its number is higher. */
  takes: (known: number, seq: number) => boolean;
  /** From when the lease counts: when a later statement has seen the row, or when it was written. */
  leaseFrom: 'seen' | 'written';
  waitBeforeDone: typeof waitBeforeDone;
  isOn: typeof isOn;
  pausesOf: typeof pausesOf;
  onlyReads: typeof onlyReads;
  cancelledByRule: typeof cancelledByRule;
  followed: typeof followed;
  order: () => Pick<TopicOrder, 'read' | 'stale'>;
  /** Whether retry lets go what waits for a key; asked each round. */
  isOpen: (key: string, pauses: ReadonlyMap<string, number>, now: number) => boolean;
}

export const allRules: Rules = {
  takes: (known, seq) => seq > known,
  leaseFrom: 'seen',
  waitBeforeDone,
  isOn,
  pausesOf,
  onlyReads,
  cancelledByRule,
  followed,
  order: () => new TopicOrder(),
  isOpen: (key, pauses, now) => stateOf(key, new Map(), now, pauses).isOpen,
};

const neverStale = { read: () => false, stale: () => [] };

/** One rule left out each, and what a history then shows. */
export const seededBugs: Record<string, { rules: Rules; shows: string }> = {
  'a resume overtakes its pause': {
    rules: { ...allRules, takes: () => true },
    shows: 'a service holds another state than reporting',
  },
  'done is said at once': {
    rules: { ...allRules, waitBeforeDone: () => 0 },
    shows: 'called after done',
  },
  'the lease counts from when the row was written': {
    rules: { ...allRules, leaseFrom: 'written' },
    shows: 'called after done',
  },
  'a look-up repeats the call under a pause': {
    rules: { ...allRules, onlyReads: () => undefined },
    shows: 'called after done',
  },
  'a claim reads no pauses': {
    rules: { ...allRules, pausesOf: () => [] },
    shows: 'called after done',
  },
  'a restored reporting counts from below': {
    rules: {
      ...allRules,
      followed: (known, record) => {
        const found = followed(known, record);
        return found === 'above' ? 'nothing' : found;
      },
    },
    shows: 'a service holds another state than reporting',
  },
  'nobody looks for older changes after newer ones': {
    rules: { ...allRules, order: () => neverStale },
    shows: 'a service holds another state than reporting',
  },
  'what may have been taken is called cancelled': {
    rules: {
      ...allRules,
      cancelledByRule: (controls, delivery, now) => cancelledByRule(controls, { ...delivery, attempts: [] }, now),
    },
    shows: 'cancelled though it was taken',
  },
  'a rule that is withdrawn stays in force': {
    rules: { ...allRules, isOn: (control) => control.kind === 'cancel' || isOn(control) },
    shows: 'cancelled by a rule that was withdrawn',
  },
  'retry keeps what was paused once': {
    rules: { ...allRules, isOpen: (key) => readPausedKey(key) === undefined },
    shows: 'a message has no end',
  },
};

/** A change as a service's table holds it. */
export interface Row {
  control: ControlChanged;
  writtenAt: number;
  /** Its transaction is committed: statements that begin from then on see it. */
  visibleAt: number;
  seenAt: number | undefined;
  isDone: boolean;
}
