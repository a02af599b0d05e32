import type { CancelRefusal } from '#libs/contracts';

/** A hop as the ledger knows it. */
export interface HopSeen {
  hop: number;
  /** `claimed`, or how it ended. */
  state: string;
  accepted: boolean;
  /** Of a failure: whether it may be tried again. */
  retry: string | null;
}

/** A cancellation that is not answered yet. */
export interface RequestedCancellation {
  /** contracts' identityKey. */
  id: string;
  tenant: string;
  messageId: string;
  /** How long ago it was asked for, in milliseconds. */
  ageMs: number;
  /** How often it was looked at, this time included. */
  looks: number;
  /** In their order. */
  hops: HopSeen[];
}

export type CancelAnswer =
  | { is: 'refused'; why: CancelRefusal }
  /** What came of it is told, or will be, by whoever finds the cancellation next: a claim, or retry. */
  | { is: 'reported' }
  /** Not known yet. */
  | { is: 'open'; nextMs: number };

/**
 * How long a claim may have been under way that did not see the cancellation, in milliseconds: longer than any
 * statement runs (DATABASE_STATEMENT_TIMEOUT_MS).
 */
const CLAIMS_HAVE_SEEN_MS = 15_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

const taken = new Set(['sent', 'superseded', 'found']);
const ended = new Set(['expired', 'suppressed', 'validated']);

/**
 * What came of a cancellation, by what the ledger knows of its message. It is the ledger's row that settles who came
 * first, the claim or the cancellation; one that is unconfirmed between them is looked at again.
 * @param waitMs how long a request may be on its way
 */
export function answerTo({ ageMs, looks, hops }: RequestedCancellation, waitMs: number): CancelAnswer {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (looks - 1));
  const last = hops.at(-1);
  if (!last)
    return ageMs >= waitMs ? { is: 'refused', why: 'unseen' } : { is: 'open', nextMs: Math.min(pause, waitMs - ageMs) };
  if (hops.some(({ state, accepted }) => taken.has(state) || (accepted && state !== 'acceptance-revoked')))
    return { is: 'refused', why: 'sent' };
  if (hops.some(({ state }) => state === 'cancelled')) return { is: 'reported' };
  if (ended.has(last.state) || (last.state === 'failed' && last.retry === 'never'))
    return { is: 'refused', why: 'ended' };
  // A claim of the next hop may be under way that looked before the cancellation was there.
  if (last.state === 'claimed' || ageMs < CLAIMS_HAVE_SEEN_MS) return { is: 'open', nextMs: pause };
  // Retry has it, and either cancels it, or its next claim does.
  return last.state === 'unknown' || last.state === 'unresolved'
    ? { is: 'refused', why: 'unconfirmed' }
    : { is: 'reported' };
}
