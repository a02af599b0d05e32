import { happenedAt } from '../webhook/provider-time.ts';
import {
  contentDigest,
  isInstant,
  nearestInstant,
  receiptId,
  type RecipientRef,
  type StatusChanged,
  type SuppressionChanged,
} from '#libs/contracts';
import { recipientConcerned, type ReturnedReference } from '../reference/call-reference.ts';

/** A provider's webhook event, mapped to our fields. */
export interface Receipt extends Pick<StatusChanged, 'status' | 'final' | 'channel' | 'failure' | 'reason'> {
  provider: string;
  /** Empty where the event has no id: then the reference identifies the message. */
  providerMessageId: string;
  /** The provider's own name of the status. */
  event: string;
  /** The recipient that the event names; it may be another address than the one that was sent to. */
  recipient?: RecipientRef | undefined;
  /** When it happened; undefined where the provider states no time. */
  at?: Date | undefined;
  /** The precision of that time, in milliseconds: SendGrid truncates to whole seconds. */
  atWithinMs?: number | undefined;
  link?: string | undefined;
  reference: ReturnedReference;
  /** `lookup`: the provider was asked. Unset: it said so itself, by a webhook. */
  source?: 'lookup' | undefined;
  /** The suppression that it causes. */
  forbids?: { scope: string | readonly string[]; reason: string; everyTenant: boolean } | undefined;
}

/**
 * A receipt as a lifecycle fact. Its id depends on its content, so a repeat has the same id whatever its event id.
 * `now`: ms since 1970.
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
  // Without the provider's id, two messages to one recipient would have the same fact id.
  const about = providerMessageId || `${ours.tenant ?? ''} ${ours.messageId ?? ''} ${ours.hop ?? ''}`;
  return {
    ...reported,
    ...ours,
    tenant: ours.tenant ?? 'default',
    provider,
    ...(providerMessageId !== '' && { providerMessageId }),
    // The mask shows the address that the provider names, so that a person sees where the mail was forwarded to.
    ...(recipient && concerned && { recipient: { mask: recipient.mask, hash: concerned.hash } }),
    ...(link !== undefined && { link: contentDigest(link) }),
    source: receipt.source ?? 'receipt',
    // A truncated time is earlier than the event: the latest possible time keeps the order of the timeline.
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

/** The suppression changes of a receipt; empty: none. */
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
