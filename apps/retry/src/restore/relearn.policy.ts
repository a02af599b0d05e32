import type { Identity, StatusChanged } from '#libs/contracts';
import { answeredBy } from '../answer/answered.policy.ts';
import { acceptedBy } from '../stop/evidence.policy.ts';

type Hop = Identity & { hop: number };

/** The hop of which a fact proves that a provider took it: its own word, or that of the channel which sent it. */
export function sentBy(fact: StatusChanged): Hop | undefined {
  const { source, status, channel, tenant, messageId, hop, recipient } = fact;
  if (source !== channel) return acceptedBy(fact);
  if (status !== 'sent' || messageId === undefined || hop === undefined || recipient !== undefined) return undefined;
  return { tenant, channel, messageId, hop };
}

/** The hop up to which a fact ends what is planned: its channel is done with it, or retry has given the message up. */
export function endedBy(fact: StatusChanged): Hop | undefined {
  const { source, final, status, tenant, channel, messageId, hop } = fact;
  if (source !== 'retry') return answeredBy(fact);
  if (!final || status === 'cancel-refused' || messageId === undefined || hop === undefined) return undefined;
  // What retry reports is about the hop before the one that it had planned.
  return { tenant, channel, messageId, hop: hop + 1 };
}
