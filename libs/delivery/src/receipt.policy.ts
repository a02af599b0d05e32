import { receiptId, type RecipientRef, type ReturnedReference, type StatusChanged } from '#libs/contracts';

/** What a provider's webhook tells, before it has our names. */
export interface Receipt extends Pick<StatusChanged, 'status' | 'final' | 'channel' | 'failure' | 'reason'> {
  provider: string;
  providerMessageId: string;
  /** The provider's own word for it. */
  event: string;
  recipient?: RecipientRef | undefined;
  /** When it happened; undefined where the provider tells no time. */
  at?: Date | undefined;
  /** How exact that time is, in milliseconds: SendGrid tells whole seconds, cut off. */
  atWithinMs?: number | undefined;
  link?: string | undefined;
  reference: ReturnedReference;
}

/** A receipt as a lifecycle fact. Its id comes from what it says, so a repeat is recognised under any event id. `now`: ms since 1970. */
export function receiptFact(receipt: Receipt, now: number): StatusChanged {
  const { provider, providerMessageId, event, at, atWithinMs = 0, link, recipient, reference, ...told } = receipt;
  const { traceparent: _, ...ours } = reference;
  return {
    ...told,
    ...ours,
    tenant: ours.tenant ?? 'default',
    provider,
    providerMessageId,
    ...(recipient && { recipient }),
    source: 'receipt',
    // A cut-off time lies before what happened: the latest it can have been keeps the order of the timeline.
    at: new Date(at ? Math.min(at.getTime() + atWithinMs, Math.max(now, at.getTime())) : now).toISOString(),
    eventId: receiptId({ provider, providerMessageId, event, recipientHash: recipient?.hash, providerTime: at?.toISOString(), link }),
  };
}
