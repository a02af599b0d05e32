import {
  type Channel,
  identityKey,
  isAcceptanceRevoked,
  isEngagement,
  isNotice,
  type StatusChanged,
} from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import type { Outcome } from '../delivery.ts';

/** A hop as the ledger holds it, as far as a fact says. */
export interface RestoredHop {
  id: string;
  hop: number;
  state: Outcome['kind'];
  /** Of the call, where the fact names it. */
  callId: string | undefined;
  attempt: number;
  /** ISO 8601. */
  at: string;
  outcome: Outcome;
  /** Of facts about one hop the lowest counts: an acceptance beats all others. */
  rank: number;
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * The hop that a fact proves to have been claimed: a fact of the channel itself, or the word of a provider that has the
 * message. Undefined: it proves none.
 */
export function restoredHop(fact: StatusChanged, channel: Channel): RestoredHop | undefined {
  const { source, tenant, messageId, hop, at, attempt = 0, callId, status } = fact;
  if (fact.channel !== channel || messageId === undefined || hop === undefined) return undefined;
  const outcome = source === channel ? ownOutcome(fact) : providersWord(fact);
  if (!outcome) return undefined;
  return {
    id: identityKey({ tenant, channel, messageId }),
    hop,
    state: outcome.kind,
    callId: callId !== undefined && uuid.test(callId) ? callId : undefined,
    attempt,
    at,
    outcome,
    rank: status === 'sent' || source !== channel ? 0 : 1,
  };
}

/** What a receipt or a look-up says of the hop. Also a bounce shows that the provider had it. */
function providersWord(fact: StatusChanged): Outcome | undefined {
  if (fact.source !== 'receipt' && fact.source !== 'lookup') return undefined;
  if (isNotice(fact.status)) return undefined;
  return sentOf(fact);
}

function sentOf({ at, provider = '', providerMessageId = '', callId = '', attempt = 1 }: StatusChanged): Outcome {
  return { kind: 'sent', at, provider, providerMessageId, callId, attempt };
}

function ownOutcome(fact: StatusChanged): Outcome | undefined {
  const { at, provider, attempt = 0, callId = '', nextAt = at, reason = '' } = fact;
  if (isEngagement(fact.status) || isNotice(fact.status)) return undefined;
  const { failure = ownFailure('MSG_ABANDONED', 'unknown', 'backoff', 'Its record was lost with the database.') } =
    fact;
  switch (fact.status) {
    case 'sent':
      return sentOf(fact);
    case 'failed':
    case 'retrying':
      return { kind: 'failed', at, attempt, failure, ...(provider !== undefined && { provider }) };
    case 'unconfirmed':
      return { kind: 'unknown', at, attempt, callId, failure, ...(provider !== undefined && { provider }) };
    case 'scheduled':
      return { kind: 'waiting', at, until: nextAt, reason };
    case 'expired':
      // Its hand-over is published again with it: retry may not have read the first one.
      return { kind: 'expired', at, failure };
    case 'suppressed':
    case 'cancelled':
      // All that there is to report of it is reported: by this fact.
      return { kind: 'superseded', at };
    default:
      // A request that was rejected claims nothing: a corrected one may come under the same id.
      return undefined;
  }
}

/** The hop whose acceptance a fact revokes. */
export function revokedHop(fact: StatusChanged, channel: Channel): { id: string; hop: number } | undefined {
  const { tenant, messageId, hop } = fact;
  if (!isAcceptanceRevoked(fact) || fact.channel !== channel || messageId === undefined || hop === undefined)
    return undefined;
  return { id: identityKey({ tenant, channel, messageId }), hop };
}
