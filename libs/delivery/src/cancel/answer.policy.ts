import type { CancelRefusal } from '#libs/contracts';

/** A hop in the ledger. */
export interface HopSeen {
  hop: number;
  /** `claimed`, or its outcome. */
  state: string;
  accepted: boolean;
  /** For a failure: whether it may be retried. */
  retry: string | null;
}

/** A cancellation that is not answered yet. */
export interface RequestedCancellation {
  /** The identityKey of libs/contracts. */
  id: string;
  tenant: string;
  messageId: string;
  /** How long ago it was requested, in milliseconds. */
  ageMs: number;
  /** How often it was checked, this time included. */
  looks: number;
  /** In their order. */
  hops: HopSeen[];
}

export type CancelAnswer =
  | { is: 'refused'; why: CancelRefusal }
  /** What came of it is reported, or will be, by whoever finds the cancellation next: a claim, or retry. */
  | { is: 'reported' }
  /** Not known yet. */
  | { is: 'open'; nextMs: number };

/**
 * How old a claim may be that did not see the cancellation, in milliseconds: longer than any statement runs
 * (DATABASE_STATEMENT_TIMEOUT_MS).
 */
const CLAIMS_HAVE_SEEN_MS = 15_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

const taken = new Set(['sent', 'superseded', 'found']);
const ended = new Set(['expired', 'suppressed', 'validated']);

/**
 * The answer to a cancellation, by the hops of its message in the ledger. The ledger's row decides which came first,
 * the claim or the cancellation; while that is unconfirmed, it is checked again.
 * @param waitMs how long a request may take to arrive
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
  // A claim of the next hop may be in work that read the cancellations before this one existed.
  if (last.state === 'claimed' || ageMs < CLAIMS_HAVE_SEEN_MS) return { is: 'open', nextMs: pause };
  // Retry has the message: either retry cancels it, or the next claim does.
  return last.state === 'unknown' || last.state === 'unresolved'
    ? { is: 'refused', why: 'unconfirmed' }
    : { is: 'reported' };
}
