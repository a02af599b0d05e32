import { type Engagement, fold, type Lane, type RecipientRef, type Status } from '#libs/contracts';
import type { KeptFact } from './fact.ts';
import { inOrder } from './order.policy.ts';

/** The state that follows from all facts of a message. */
export interface MessageProjection {
  status: Status;
  final: boolean;
  /** When it entered this status. */
  statusAt: string;
  /** The kind of the failure by which it did. */
  kind: string | null;
  engagement: Engagement[];
  /** The last provider that was involved. */
  provider: string | null;
  attempts: number;
  /** Until the request is read: the earliest known time. */
  requestedAt: string;
  lane: Lane | null;
  category: string | null;
  traceId: string | null;
  recipients: RecipientRef[];
  correlationId: string | null;
  tags: string[];
}

/** A pure function of the set of facts: order and repeats do not matter. `facts` has at least one element. */
export function deriveState(facts: readonly KeptFact[]): MessageProjection {
  const ordered = inOrder([...new Map(facts.map((fact) => [fact.eventId, fact])).values()]);
  // Of equal facts the fold uses the first: a final one must come before one that is not final.
  const state = fold([...ordered.filter((fact) => fact.final), ...ordered.filter((fact) => !fact.final)]);
  const request = ordered.find((fact) => fact.source === 'request');
  const first = <K extends keyof KeptFact>(name: K) =>
    request?.[name] ?? ordered.find((fact) => fact[name] !== undefined)?.[name] ?? null;
  const speaking = ordered.findLast((fact) => fact.status === state.status) ?? ordered.at(-1)!;
  return {
    ...state,
    statusAt: speaking.at,
    kind: speaking.failure?.kind ?? null,
    provider: ordered.findLast((fact) => fact.provider !== undefined)?.provider ?? null,
    attempts: Math.max(0, ...ordered.map((fact) => fact.attempt ?? 0)),
    requestedAt: request?.at ?? ordered.map((fact) => fact.at).sort()[0]!,
    lane: first('lane'),
    category: request?.category ?? null,
    traceId: first('traceId'),
    recipients: request?.recipients ?? recipientsOf(ordered),
    correlationId: first('correlationId'),
    tags: first('tags') ?? [],
  };
}

function recipientsOf(facts: readonly KeptFact[]): RecipientRef[] {
  const all = facts.flatMap((fact) => [...(fact.recipients ?? []), ...(fact.recipient ? [fact.recipient] : [])]);
  return [...new Map(all.map((recipient) => [recipient.hash, recipient])).values()];
}
