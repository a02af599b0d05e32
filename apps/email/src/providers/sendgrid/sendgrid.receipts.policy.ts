import { type Engagement, type Failure, type FailureCatalogue, recipientRef, returnedReference, type Status } from '#libs/contracts';
import type { Receipt } from '#libs/delivery';
import { z } from 'zod';

/** One event of the event webhook, as far as we read it (provider facts, §2.3). */
export const SendgridEvent = z.looseObject({
  event: z.string().max(64),
  email: z.string().optional(),
  timestamp: z.number().optional(),
  sg_event_id: z.string().max(300).optional(),
  sg_message_id: z.string().max(300).optional(),
  type: z.string().optional(),
  reason: z.string().optional(),
  bounce_classification: z.string().optional(),
  sg_machine_open: z.boolean().optional(),
  url: z.string().optional(),
});
export type SendgridEvent = z.infer<typeof SendgridEvent>;

type Told = { status: Status | Engagement; final: boolean; failure?: Failure };

/** What an event says of its message; undefined for events about nothing of ours. */
function told(event: SendgridEvent, failures: FailureCatalogue): Told | undefined {
  switch (event.event) {
    case 'processed': return { status: 'sent', final: false };
    case 'deferred': return { status: 'delayed', final: false, failure: failures.failure(['deferred']) };
    case 'delivered': return { status: 'delivered', final: true };
    case 'bounce': return { status: 'bounced', final: true, failure: failures.failure(bounceCodes(event)) };
    case 'dropped': {
      const failure = failures.failure([`dropped:${event.reason ?? ''}`]);
      return { status: failure.suppress ? 'suppressed' : 'failed', final: true, failure };
    }
    case 'open': return { status: event.sg_machine_open ? 'machine-opened' : 'opened', final: false };
    case 'click': return { status: 'clicked', final: false };
    case 'spamreport': return { status: 'complained', final: false };
    case 'unsubscribe':
    case 'group_unsubscribe': return { status: 'unsubscribed', final: false };
    default: return undefined;
  }
} // prettier-ignore

/** `blocked` (in one place of SendGrid's own description `block`) is not permanent; else the classification says more than the type. */
function bounceCodes({ type, bounce_classification: classification }: SendgridEvent): string[] {
  const kind = type === 'block' || type === 'blocked' ? 'bounce:blocked' : 'bounce:bounce';
  return classification && classification !== 'Unclassified' ? [`bounce_classification:${classification}`, kind] : [kind];
}

/** `<X-Message-Id>.recvd-…`: events and activity add a suffix to the id of the send. Older ids hold dots themselves. */
export const withoutSuffix = (id: string): string => id.replace(/\.(?:recvd|filter)[^]*$/, '');

/** An event as a receipt, or undefined where it tells nothing about a message. */
export function toReceipt(event: SendgridEvent, failures: FailureCatalogue, hashKey: string): Receipt | undefined {
  const says = told(event, failures);
  if (!says) return undefined;
  return {
    ...says,
    channel: 'email',
    provider: 'sendgrid',
    providerMessageId: withoutSuffix(event.sg_message_id ?? ''),
    event: event.event,
    ...(event.email && { recipient: recipientRef(hashKey, event.email) }),
    ...(event.timestamp !== undefined && { at: new Date(event.timestamp * 1000), atWithinMs: 999 }),
    ...(event.url && { link: event.url }),
    reference: returnedReference(event),
  };
}
