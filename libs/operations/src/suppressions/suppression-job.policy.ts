import type { Channel, SuppressionSlot, UnsuppressWork } from '#libs/contracts';
import type { Portion } from '#libs/runtime';

/** How long a job waits for an earlier one about the same suppression until it looks again, in milliseconds. */
const LOOK_AGAIN_MS = 300;

/** The suppression that a job is about. */
export const slotOf = ({
  channel,
  recipient,
  scope,
  tenant,
}: Pick<UnsuppressWork, 'channel' | 'recipient' | 'scope' | 'tenant'>): SuppressionSlot => ({
  channel,
  recipient,
  scope,
  ...(tenant !== undefined && { tenant }),
});

/** What an earlier portion has decided. */
export interface Decided {
  /** The time of the change. */
  at: string;
  /** Whether there is a suppression to lift. */
  holds?: boolean;
  /** How often the providers were asked in vain. */
  tries?: number;
}

/** Undefined: no portion has decided yet. */
export const decidedBy = (cursor: unknown): Decided | undefined => (cursor as Decided | null) ?? undefined;

export const nothingHolds: Portion = {
  counts: {},
  end: {
    state: 'failed',
    reason: 'No such suppression holds: scope and tenant must be its own. messaging suppressions show says which do.',
  },
};

/** The first pause before the providers are asked again, and the longest, in milliseconds. */
const FIRST_REST_MS = 5_000;
const LONGEST_REST_MS = 300_000;
/** Together about half an hour. */
const MOST_TRIES = 12;

/** @param why in a sentence */
export function nextTry(decided: Decided, why: string): Portion {
  const { tries = 0 } = decided;
  if (tries + 1 >= MOST_TRIES)
    return { counts: {}, end: { state: 'failed', reason: `${why} It was tried ${MOST_TRIES} times.`.slice(0, 500) } };
  return {
    counts: {},
    cursor: { ...decided, tries: tries + 1 } satisfies Decided,
    restMs: Math.min(FIRST_REST_MS * 2 ** tries, LONGEST_REST_MS),
    waitsFor: why.slice(0, 500),
  };
}

/** What a job does that may not decide yet, or at all. */
export const beforeDeciding = (turn: 'wait' | 'superseded'): Portion =>
  turn === 'wait'
    ? { counts: {}, restMs: LOOK_AGAIN_MS }
    : {
        counts: {},
        end: { state: 'stopped', reason: 'A later operation about the same suppression was carried out before it.' },
      };

/** A job that was given to the wrong service. */
export const otherChannel = (own: Channel): Portion => ({
  counts: {},
  end: { state: 'failed', reason: `It is about another channel than ${own}.` },
});
