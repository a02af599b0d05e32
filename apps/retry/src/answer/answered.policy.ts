import { Channel, type Identity, isOtherFact, type Status, type StatusChanged } from '#libs/contracts';

/** How a hop ends of which its channel hands nothing over to retry. */
const endings = new Set<StatusChanged['status']>(['sent', 'suppressed', 'cancelled'] satisfies Status[]);

/**
 * The hop that a channel's own fact says it is done with; undefined where it says nothing of the kind. A fact that
 * comes with a hand-over is no answer: it may have been read while the hand-over was lost, and only the hand-over leads
 * on.
 */
export function answeredBy(fact: StatusChanged): (Identity & { hop: number }) | undefined {
  const { source, status, final, hop, messageId, tenant, channel, recipient } = fact;
  if (source !== channel || hop === undefined || messageId === undefined) return undefined;
  // Of one of several recipients: what is reported of the hop as a whole decides.
  if (recipient !== undefined) return undefined;
  const isDone = endings.has(status) || (status === 'unconfirmed' && final);
  return isDone ? { tenant, channel, messageId, hop } : undefined;
}

/**
 * Whether the headers of a fact say that retry need not read it: no provider's word, and nothing about a hop that retry
 * has planned.
 */
export function isNoConcern(headers: Record<string, string | undefined>): boolean {
  if (isOtherFact(headers, { sources: ['receipt', 'lookup', ...Channel.options] })) return true;
  return headers['ce_facthop'] === '1' && isOtherFact(headers, { sources: ['receipt', 'lookup'] });
}
