import { type Engagement, type Failure, type FailureCatalogue, fromTags, recipientRef, returnedReference, type Status } from '#libs/contracts';
import type { Receipt } from '#libs/delivery';
import { z } from 'zod';
import { referenceHeader } from './resend.request.policy.ts';

/** One webhook, as far as we read it (provider facts, §3.3). */
export const ResendEvent = z.looseObject({
  type: z.string().max(64),
  created_at: z.string().max(64).optional(),
  data: z.looseObject({
    email_id: z.string().max(300).optional(),
    to: z.array(z.string()).optional(),
    tags: z.record(z.string(), z.unknown()).optional(),
    headers: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional(),
    bounce: z.looseObject({ type: z.string().optional(), subType: z.string().optional() }).optional(),
    click: z.looseObject({ link: z.string().optional() }).optional(),
    failed: z.looseObject({ reason: z.string().optional() }).optional(),
    suppressed: z.looseObject({ type: z.string().optional(), reason: z.string().optional() }).optional(),
  }),
});
export type ResendEvent = z.infer<typeof ResendEvent>;

type Told = { status: Status | Engagement; final: boolean; failure?: Failure; forbids?: Receipt['forbids'] };

const hardBounce = { scope: 'all', reason: 'hard-bounce', everyTenant: true };
const complaint = { scope: 'all', reason: 'complaint', everyTenant: false };

/** What an event says of its message; undefined for events that are not about an e-mail of ours. */
function told({ type, data }: ResendEvent, failures: FailureCatalogue): Told | undefined {
  switch (type) {
    case 'email.scheduled': return { status: 'scheduled', final: false };
    case 'email.sent': return { status: 'sent', final: false };
    case 'email.delivery_delayed': return { status: 'delayed', final: false, failure: failures.failure(['delivery_delayed']) };
    case 'email.delivered': return { status: 'delivered', final: true };
    case 'email.bounced': return bounced(failures.failure(bounceCodes(data.bounce)));
    case 'email.suppressed': return { status: 'suppressed', final: true, failure: failures.failure([`suppressed:${data.suppressed?.type}`, 'suppressed:OnAccountSuppressionList']), forbids: data.suppressed?.reason === 'previous_complaint' ? complaint : hardBounce };
    case 'email.failed': return { status: 'failed', final: true, failure: failures.failure([`failed:${data.failed?.reason}`, 'failed']) };
    case 'email.opened': return { status: 'opened', final: false };
    case 'email.clicked': return { status: 'clicked', final: false };
    case 'email.complained': return { status: 'complained', final: false, forbids: complaint };
    default: return undefined;
  }
} // prettier-ignore

/** A full mailbox or a refused content is no reason to stop writing: the failures table says which bounces are. */
const bounced = (failure: Failure): Told => ({ status: 'bounced', final: true, failure, ...(failure.suppress && { forbids: hardBounce }) });

/** From the narrowest word to the widest: a new sub-type still tells a permanent bounce from a passing one. */
function bounceCodes({ type, subType }: NonNullable<ResendEvent['data']['bounce']> = {}): string[] {
  return [`bounced:${type}/${subType}`, `bounced:${type}/General`, 'bounced:Undetermined/Undetermined'];
}

/** A receipt for each recipient that the event names; none where it tells nothing about a message. */
export function toReceipts(event: ResendEvent, failures: FailureCatalogue, hashKey: string): Receipt[] {
  const says = told(event, failures);
  const { email_id: id, to = [], click } = event.data;
  if (!says || id === undefined) return [];
  const at = new Date(event.created_at ?? '');
  const receipt: Receipt = {
    ...says,
    channel: 'email',
    provider: 'resend',
    providerMessageId: id,
    event: event.type,
    ...(!Number.isNaN(at.getTime()) && { at }),
    ...(click?.link && { link: click.link }),
    reference: referenceOf(event),
  };
  return to.length === 0 ? [receipt] : to.map((address) => ({ ...receipt, recipient: recipientRef(hashKey, bare(address)) }));
}

/** The reference from the tags, or from our header where they are missing. */
function referenceOf({ data: { tags, headers } }: ResendEvent) {
  const tagged = returnedReference(fromTags(tags ?? {}));
  if (tagged.messageId !== undefined) return tagged;
  const header = headers?.find(({ name }) => name.toLowerCase() === referenceHeader.toLowerCase());
  return returnedReference(Object.fromEntries(new URLSearchParams(header?.value ?? '')));
}

/** `Ada <ada@example.org>` → the address. */
const bare = (address: string): string => /<([^<>]+)>\s*$/.exec(address)?.[1] ?? address;
