import type { Identity, Lane, RecipientRef, ReceiptMissing } from '#libs/contracts';
import type { KeptFact } from '../projection/fact.ts';

/** A message that a provider took, as the projection knows it. */
export interface TakenMessage {
  of: Identity;
  /** The key of its rows, a UUID. */
  id: string;
  lane: Lane | null;
  traceId: string | null;
  recipients: readonly RecipientRef[];
  correlationId: string | null;
  tags: readonly string[];
  facts: readonly KeptFact[];
}

/**
 * What its channel is asked to find out: who took it last, and of which recipients no end is known. Undefined: it was
 * never taken, or all that is known of it has ended.
 */
export function missingReceipt(message: TakenMessage): ReceiptMissing | undefined {
  const { of, lane, correlationId, tags } = message;
  const hop = Math.max(0, ...message.facts.filter(isTaken).map((fact) => fact.hop ?? 0));
  const facts = message.facts.filter((fact) => fact.hop === hop);
  const sends = facts.filter(isTaken);
  const [first] = sends.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  if (hop === 0 || !first) return undefined;
  const sentTo = sends.find(({ recipients }) => recipients !== undefined)?.recipients ?? message.recipients;
  const open = sentTo.filter(({ hash }) => !hasEnded(facts, hash));
  if (sentTo.length > 1 && open.length === 0) return undefined;
  const named = facts.find(({ provider, providerMessageId }) => provider && providerMessageId) ?? first;
  const { provider, providerMessageId } = named;
  const callId = sends.find((fact) => fact.callId !== undefined)?.callId;
  const attempt = sends.find((fact) => fact.attempt !== undefined)?.attempt;
  return {
    ...of,
    hop,
    sentAt: first.at,
    recipients: open.map(({ hash, mask }) => ({ hash, mask })),
    recipientCount: Math.max(1, sentTo.length),
    ...(lane && { lane }),
    ...(attempt !== undefined && { attempt }),
    ...(provider && { provider }),
    ...(providerMessageId && { providerMessageId }),
    ...(callId !== undefined && { callId }),
    ...(correlationId !== null && { correlationId }),
    ...(tags.length > 0 && { tags: [...tags] }),
    ...traceOf(message),
  };
}

const isTaken = ({ status }: KeptFact): boolean => status === 'sent' || status === 'delayed';

const hasEnded = (facts: readonly KeptFact[], hash: string): boolean =>
  facts.some(({ final, recipient, source }) => final && recipient?.hash === hash && source !== 'request');

/** Any span of the message’s trace will do: the first 16 digits of its key. */
function traceOf({ id, traceId }: TakenMessage): { traceparent?: string } {
  const spanId = id.replaceAll('-', '').slice(0, 16);
  return traceId === null ? {} : { traceparent: `00-${traceId}-${spanId}-01` };
}
