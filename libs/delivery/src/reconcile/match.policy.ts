import type { Candidate } from '#libs/providers';
import type { SiblingCall } from '../delivery.ts';

/**
 * How far the provider's clock may be from the database's, and how long a call may be under way to it, in milliseconds.
 */
const SLACK_MS = 60_000;

/** Within what time of a call others were claimed whose messages may be among its candidates, in milliseconds. */
export const siblingWindowMs = (leaseMs: number): number => leaseMs + 2 * SLACK_MS;

/**
 * Which candidate came of the unconfirmed call; undefined: that cannot be told (docs/adr/0004).
 *
 * Each candidate came of one call of ours. Those whose calls the ledger knows are left out; the rest came of calls in
 * doubt, each of which left one at most. So where there are as many left as unconfirmed calls, every one of these was
 * accepted. Where there are fewer, some was not, and nobody can say which.
 * @param calls as the ledger knew them after the candidates were listed: a message that is on the list has its claim
 * there
 */
export function matchLostCall(
  candidates: readonly Candidate[],
  calls: readonly SiblingCall[],
  leaseMs: number,
): string | undefined {
  const own = calls.find((call) => call.own);
  if (!own) return undefined;
  if (own.providerMessageId !== undefined) return own.providerMessageId;
  const known = new Set(calls.map((call) => call.providerMessageId));
  const left = candidates
    .filter(({ providerMessageId, takenAt }) => !known.has(providerMessageId) && mayBeOf(own, takenAt, leaseMs))
    .toSorted((a, b) => a.takenAt - b.takenAt || (a.providerMessageId < b.providerMessageId ? -1 : 1));
  const unconfirmedOf = calls
    .filter((call) => call.alike && call.providerMessageId === undefined)
    .toSorted((a, b) => a.claimedAt - b.claimedAt);
  // They say the same to the same person: which is whose matters less than that each has one. The earlier call gets the
  // earlier one.
  return left.length === unconfirmedOf.length ? left[unconfirmedOf.indexOf(own)]?.providerMessageId : undefined;
}

const mayBeOf = ({ claimedAt }: SiblingCall, takenAt: number, leaseMs: number): boolean =>
  takenAt >= claimedAt - SLACK_MS && takenAt <= claimedAt + leaseMs + SLACK_MS;
