import { type Identity, isNotice, type StatusChanged } from '#libs/contracts';
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
  if (!final || isNotice(status) || messageId === undefined || hop === undefined) return undefined;
  // What retry reports is about the hop before the one that it had planned.
  return { tenant, channel, messageId, hop: hop + 1 };
}

/**
 * The dead letter that an operator has discarded, as a fact says. One that was redriven stays open: whether its plan
 * went is not known, and redriven once more it takes the same hops, which the channel knows if they went.
 */
export function discardedBy(fact: StatusChanged): (Hop & { operationId: string }) | undefined {
  const { source, status, tenant, channel, messageId, hop, operationId } = fact;
  if (source !== 'retry' || status !== 'discarded') return undefined;
  if (operationId === undefined || messageId === undefined || hop === undefined) return undefined;
  return { tenant, channel, messageId, hop, operationId };
}
