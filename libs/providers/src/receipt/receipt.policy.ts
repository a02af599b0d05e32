import { happenedAt } from '../webhook/provider-time.ts';
import {
  isInstant,
  nearestInstant,
  receiptId,
  type RecipientRef,
  type StatusChanged,
  type SuppressionChanged,
} from '#libs/contracts';
import { recipientConcerned, type ReturnedReference } from '../reference/call-reference.ts';

/** What a provider's webhook tells, before it has our names. */
export interface Receipt extends Pick<StatusChanged, 'status' | 'final' | 'channel' | 'failure' | 'reason'> {
  provider: string;
  /** Empty where the event does not tell it: the reference says then which message it is about. */
  providerMessageId: string;
  /** The provider's own word for it. */
  event: string;
  /** Whom the event names: another address perhaps than the one that was written to. */
  recipient?: RecipientRef | undefined;
  /** When it happened; undefined where the provider tells no time. */
  at?: Date | undefined;
  /** How exact that time is, in milliseconds: SendGrid tells whole seconds, cut off. */
  atWithinMs?: number | undefined;
  link?: string | undefined;
  reference: ReturnedReference;
  /** What it forbids about its recipient from now on. */
  forbids?: { scope: string | readonly string[]; reason: string; everyTenant: boolean } | undefined;
}

/**
 * A receipt as a lifecycle fact. Its id comes from what it says, so a repeat is recognised under any event id. `now`:
 * ms since 1970.
 */
export function receiptFact(receipt: Receipt, now: number): StatusChanged {
  const {
    provider,
    providerMessageId,
    event,
    at: givenAt,
    atWithinMs = 0,
    link,
    recipient,
    reference,
    forbids: _forbids,
    ...reported
  } = receipt;
  const { traceparent: _, recipientHash: __, ...ours } = reference;
  const concerned = recipientConcerned(reference, recipient);
  const at = givenAt && isInstant(givenAt.getTime()) ? givenAt : undefined;
  const happened = happenedAt(at, now);
  // Without the provider's id two messages to one recipient would look like one.
  const about = providerMessageId || `${ours.tenant ?? ''} ${ours.messageId ?? ''} ${ours.hop ?? ''}`;
  return {
    ...reported,
    ...ours,
    tenant: ours.tenant ?? 'default',
    provider,
    ...(providerMessageId !== '' && { providerMessageId }),
    // The mask shows what the provider names, so that a person sees where it was forwarded to.
    ...(recipient && concerned && { recipient: { mask: recipient.mask, hash: concerned.hash } }),
    source: 'receipt',
    // A cut-off time lies before what happened: the latest it can have been keeps the order of the timeline.
    at: nearestInstant(happened ? Math.min(happened.getTime() + atWithinMs, Math.max(now, happened.getTime())) : now),
    eventId: receiptId({
      provider,
      providerMessageId: about,
      event,
      recipientHash: recipient?.hash,
      providerTime: at?.toISOString(),
      link,
    }),
  };
}

/** What a receipt says about whom may be written to; empty: nothing. */
export function forbiddenByReceipt(
  receipt: Receipt,
  { at, eventId, tenant, channel, provider }: StatusChanged,
): SuppressionChanged[] {
  const { forbids, recipient, reference } = receipt;
  const concerned = recipientConcerned(reference, recipient);
  if (!forbids || !concerned) return [];
  const { scope, reason, everyTenant } = forbids;
  const whose = everyTenant || reference.tenant === undefined ? {} : { tenant };
  const of = {
    channel,
    recipient: concerned.hash,
    ...(concerned.mask !== undefined && { mask: concerned.mask }),
    reason,
    at,
    eventId,
    ...whose,
    ...(provider && { provider }),
    source: 'receipt' as const,
  };
  return [scope].flat().map((one) => ({ ...of, scope: one }));
}
