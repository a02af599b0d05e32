import { Lane, MessageId, Tenant, type RecipientRef, type StatusChanged, repairLine } from '#libs/contracts';

/**
 * What we give a provider and get back in its webhooks. The short names avoid collisions with the provider's fields.
 */
const names = {
  messageId: 'mi_message_id',
  tenant: 'mi_tenant',
  lane: 'mi_lane',
  hop: 'mi_hop',
  attempt: 'mi_attempt',
  callId: 'mi_call_id',
  recipientCount: 'mi_recipients',
  recipientHash: 'mi_recipient_hash',
  traceparent: 'mi_trace',
} as const;
const wireNames = Object.entries(names) as [keyof typeof names, string][];

export type ReturnedReference = Partial<
  Pick<StatusChanged, 'messageId' | 'tenant' | 'lane' | 'hop' | 'attempt' | 'callId' | 'recipientCount'>
> & {
  /** The recipient, where there was one. */
  recipientHash?: string | undefined;
  traceparent?: string | undefined;
};

/** The reference of a call as flat strings, for custom arguments or a query. */
export function referenceFields(reference: { [K in keyof typeof names]?: string | number | undefined }): Record<
  string,
  string
> {
  const fields: Record<string, string> = {};
  for (const [name, wire] of wireNames) {
    if (reference[name] !== undefined) fields[wire] = String(reference[name]);
  }
  return fields;
}

/** The reference in a webhook. Invalid parts are left out, because others may write into a mail's arguments. */
export function returnedReference(fields: Record<string, unknown>): ReturnedReference {
  const text = (name: string) =>
    typeof fields[name] === 'string' || typeof fields[name] === 'number' ? String(fields[name]) : undefined;
  const line = (name: string, max: number) => repairLine(text(name) ?? '', max) || undefined;
  const messageId = MessageId.safeParse(text(names.messageId));
  const tenant = Tenant.safeParse(text(names.tenant));
  if (!messageId.success || !tenant.success) return {};
  const lane = Lane.options.find((name) => name === fields[names.lane]);
  const count = (name: string) => (/^\d{1,5}$/.test(text(name) ?? '') ? Number(text(name)) : undefined);
  return {
    messageId: messageId.data,
    tenant: tenant.data,
    lane,
    hop: count(names.hop) || undefined,
    attempt: count(names.attempt),
    callId: line(names.callId, 64),
    ...(count(names.recipientCount) && { recipientCount: count(names.recipientCount) }),
    ...(isHash(text(names.recipientHash)) && { recipientHash: text(names.recipientHash) }),
    traceparent: line(names.traceparent, 100),
  };
}

const isHash = (text: string | undefined): boolean => text !== undefined && /^[0-9a-f]{32}$/.test(text);

/**
 * The recipient of a webhook event: that of the message if it had one recipient, else the address that the event names;
 * undefined: neither. A provider may name another address than we sent to, for example after forwarding. Then `mask` is
 * left out.
 */
export function recipientConcerned(
  { recipientHash: hash }: ReturnedReference,
  named: RecipientRef | undefined,
): { hash: string; mask?: string } | undefined {
  if (hash === undefined || hash === named?.hash) return named;
  return { hash };
}
