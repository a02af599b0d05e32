import { Channel } from '#libs/contracts';
import type { KnownFact } from '../projection/join.policy.ts';

/** A call to a provider as a channel reports it, and how it ended. */
export interface CountedAttempt {
  /** Of the fact: ISO 8601, UTC. */
  hour: string;
  tenant: string;
  channel: Channel;
  provider: string;
  outcome: 'sent' | 'failed' | 'unconfirmed';
  kind: string;
}

const channels: ReadonlySet<string> = new Set(Channel.options);

const outcomes: Readonly<Record<string, CountedAttempt['outcome']>> = {
  sent: 'sent',
  retrying: 'failed',
  failed: 'failed',
  unconfirmed: 'unconfirmed',
};

/**
 * The attempts among new facts. A message is counted with its last provider: what failed before a failover shows only
 * here.
 * @param ownerOf the message of a fact
 */
export function attemptsIn(
  fresh: readonly KnownFact[],
  ownerOf: (id: string) => { tenant: string; channel: Channel } | undefined,
): CountedAttempt[] {
  return fresh.flatMap(({ id, fact }) => {
    const outcome = outcomes[fact.status];
    const owner = ownerOf(id);
    if (!outcome || !owner || !channels.has(fact.source) || fact.provider === undefined) return [];
    const { tenant, channel } = owner;
    const kind = fact.failure?.kind ?? '';
    return [{ hour: `${fact.at.slice(0, 13)}:00:00.000Z`, tenant, channel, provider: fact.provider, outcome, kind }];
  });
}
