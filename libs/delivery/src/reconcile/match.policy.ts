import type { Candidate } from '#libs/providers';
import type { SiblingCall } from '../delivery.ts';

/** The assumed difference between the clocks of provider and database plus the duration of a call, in milliseconds. */
const SLACK_MS = 60_000;

/** Calls claimed within this time of a call may be among its candidates, in milliseconds. */
export const siblingWindowMs = (leaseMs: number): number => leaseMs + 2 * SLACK_MS;

/**
 * Which candidate is the result of the unconfirmed call; undefined: unknown (docs/adr/0004). Each candidate is the
 * result of one call of ours. Those of known calls are removed; the rest belongs to unconfirmed calls, each of which
 * has one at most. So if as many remain as there are unconfirmed calls, every one of these was accepted. If fewer
 * remain, some call was not accepted, and it is unknown which.
 * @param calls from the ledger, read after the candidates were listed: every message in the list has its claim by then
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
  // They have the same content and recipient: it matters more that each gets one than which. The earlier call gets the
  // earlier one.
  return left.length === unconfirmedOf.length ? left[unconfirmedOf.indexOf(own)]?.providerMessageId : undefined;
}

const mayBeOf = ({ claimedAt }: SiblingCall, takenAt: number, leaseMs: number): boolean =>
  takenAt >= claimedAt - SLACK_MS && takenAt <= claimedAt + leaseMs + SLACK_MS;
