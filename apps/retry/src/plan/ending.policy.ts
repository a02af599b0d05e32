import { factId, type Failure, nearestInstant, type SalvagedHandover, type SendDeferred } from '#libs/contracts';
import { endVerdict } from '../publish/facts.policy.ts';
import type { Decision, Known } from './decision.ts';

/**
 * A hand-over that could not be read or dealt with, by what is left of it. `timestamp`: the record's, ms since 1970.
 */
export function remains(read: SalvagedHandover, failure: Failure, timestamp: number): SendDeferred {
  const { tenant, channel, messageId, hop, lacks, ...rest } = read;
  return {
    ...rest,
    tenant,
    channel,
    messageId,
    hop,
    failure,
    ...(lacks.length > 0 && { lacks }),
    eventId: factId({ tenant, channel, messageId, hop, source: 'retry', status: 'unreadable' }),
    why: rest.unconfirmedCall ? 'unknown' : 'failed',
    at: nearestInstant(timestamp),
  };
}

/** It goes no further: an end in any case, unless the provider is known to have it. */
export function endNow(
  { hop, unconfirmedCall }: SendDeferred,
  failure: Failure,
  { accepted }: Known,
  at: string,
): Decision {
  if (accepted) return { outcome: 'accepted', at, facts: [] };
  return {
    outcome: 'dead-lettered',
    at,
    facts: [endVerdict(failure, hop, unconfirmedCall)],
    burial: { reason: unconfirmedCall ? 'unconfirmed' : 'failed', failure },
  };
}
