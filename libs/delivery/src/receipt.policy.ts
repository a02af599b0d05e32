import { Lane, MessageId, receiptId, type RecipientRef, type StatusChanged, Tenant } from '#libs/contracts';

/** What we hand a provider and get back in its webhooks. Short names of our own: a provider's fields must not collide. */
const names = {
  messageId: 'mi_message_id',
  tenant: 'mi_tenant',
  lane: 'mi_lane',
  hop: 'mi_hop',
  attempt: 'mi_attempt',
  callId: 'mi_call_id',
  traceparent: 'mi_trace',
} as const;

export type ReturnedReference = Partial<Pick<StatusChanged, 'messageId' | 'tenant' | 'lane' | 'hop' | 'attempt' | 'callId'>> & {
  traceparent?: string | undefined;
};

/** A call's reference as flat strings, for custom arguments or a query. */
export function referenceFields(reference: { [K in keyof typeof names]?: string | number | undefined }): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, wire] of Object.entries(names) as [keyof typeof names, string][]) {
    if (reference[name] !== undefined) fields[wire] = String(reference[name]);
  }
  return fields;
}

/** The reference a webhook brings back; whatever does not fit is left out, since anyone may write into a mail's arguments. */
export function returnedReference(fields: Record<string, unknown>): ReturnedReference {
  const text = (name: string) => (typeof fields[name] === 'string' || typeof fields[name] === 'number' ? String(fields[name]) : undefined);
  const messageId = MessageId.safeParse(text(names.messageId));
  const tenant = Tenant.safeParse(text(names.tenant));
  if (!messageId.success || !tenant.success) return {};
  const lane = Lane.safeParse(text(names.lane));
  const count = (name: string) => (/^\d{1,5}$/.test(text(name) ?? '') ? Number(text(name)) : undefined);
  return {
    messageId: messageId.data,
    tenant: tenant.data,
    lane: lane.success ? lane.data : undefined,
    hop: count(names.hop) || undefined,
    attempt: count(names.attempt),
    callId: text(names.callId)?.slice(0, 64),
    traceparent: text(names.traceparent)?.slice(0, 100),
  };
}

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
