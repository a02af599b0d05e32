import type { Failure, SendDeferred } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import { isoOf, msOf } from '../instant.ts';
import type { Decision, Known, LanePolicy, Verdict } from './decision.ts';
import { attemptsMade } from './life.policy.ts';

/**
 * The lost answer to a call: look for it, and when the time for that is over, send again or end unconfirmed
 * (docs/adr/0024).
 */
export function reconcilePlan(deferred: SendDeferred, known: Known, lane: LanePolicy, now: number): Decision {
  const { windowMs, firstLookMs } = lane.unknown;
  const since = msOf(deferred.unconfirmedSince ?? deferred.unconfirmedCall?.at ?? deferred.at);
  const end = since + windowMs;
  // However late it is, nothing goes again before the provider was asked once.
  const neverLooked = deferred.unconfirmedCall?.hop === deferred.hop;
  if (now < end || neverLooked) return look(now, Math.max(now, nextLook(since, end, firstLookMs, now)));
  return mayResend(deferred, known, lane, now) ? sendAgain(deferred, now) : giveUp(deferred, now);
}

function mayResend(deferred: SendDeferred, known: Known, lane: LanePolicy, now: number): boolean {
  if (known.cancelled || now >= msOf(deferred.expiresAt)) return false;
  if (attemptsMade(deferred) >= (lane.kinds.transient.attempts ?? Infinity)) return false;
  return isResendWanted(deferred, lane);
}

/** What the request asks for goes before what its lane does. */
function isResendWanted({ request, unconfirmedCall }: SendDeferred, { unknown }: LanePolicy): boolean {
  if (request['onUnknown'] === 'resend') return true;
  if (request['onUnknown'] === 'leave' || unknown.resend === 'never') return false;
  if (unknown.resend === 'always') return true;
  // Where the process died before it reported who it called, others may have been in the call: they would all go again.
  return unconfirmedCall?.provider !== undefined && unconfirmedCall.shared !== true;
}

/** The waits double with the age of the unconfirmed call; the last look falls at the end of the window. */
function nextLook(since: number, end: number, firstLookMs: number, now: number): number {
  const age = Math.max(0, now - since);
  return Math.min(end, now + Math.max(firstLookMs, age));
}

function look(now: number, dueAt: number): Decision {
  const why = 'The provider’s answer was lost: it is asked whether it took the message.';
  return {
    outcome: 'planned',
    at: isoOf(now),
    facts: [],
    plan: { mode: 'reconcile', kind: 'unknown', dueAt: isoOf(dueAt), why },
  };
}

function sendAgain(deferred: SendDeferred, now: number): Decision {
  const at = isoOf(now);
  const by = deferred.request['onUnknown'] === 'resend' ? 'as its request asks' : 'by policy';
  const why = `The provider’s answer was lost and not found in time; it is sent again ${by}.`;
  return {
    outcome: 'planned',
    at,
    plan: { mode: 'send', kind: 'unknown', dueAt: at, why },
    facts: [closed(deferred, why), { status: 'retrying', final: false, hop: deferred.hop, nextAt: at, reason: why }],
  };
}

/** It is not looked for any longer, and not sent again: it ends unconfirmed. */
export function giveUp(deferred: SendDeferred, now: number): Decision {
  const why = 'The provider’s answer was lost and not found in time; it is not sent again, since it may have arrived.';
  return {
    outcome: 'dead-lettered',
    at: isoOf(now),
    facts: [closed(deferred, why)],
    burial: { reason: 'unconfirmed', failure: failureOf(deferred) },
  };
}

/** Ends the reconciliation of the hop that made the call: only a receipt or an operator says more. */
function closed(deferred: SendDeferred, reason: string): Verdict {
  return { status: 'unconfirmed', final: true, hop: anUnconfirmedHop(deferred), reason, failure: failureOf(deferred) };
}

const lastUnknown = ({ attempts }: SendDeferred) => attempts.findLast((attempt) => attempt.failure.kind === 'unknown');

const anUnconfirmedHop = (deferred: SendDeferred): number =>
  deferred.unconfirmedCall?.hop ?? lastUnknown(deferred)?.hop ?? deferred.hop;

/** The call's own failure says more than that of the last look. */
function failureOf(deferred: SendDeferred): Failure {
  return lastUnknown(deferred)?.failure ?? deferred.failure ?? responseLost;
}

const responseLost = ownFailure('MSG_RESPONSE_LOST', 'unknown', 'never', 'The provider’s answer was lost.', {
  remedy: 'Find out at the provider whether it took the message; if not, publish it again under a new messageId.',
});
