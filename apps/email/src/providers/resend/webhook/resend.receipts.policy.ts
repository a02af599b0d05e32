import { type Engagement, type Failure, recipientRef, type Status } from '#libs/contracts';
import { type FailureCatalogue, fromTags, returnedReference, type Receipt } from '#libs/providers';
import { bare, type ResendEvent } from './resend.events.policy.ts';
import { referenceHeader } from '../send/resend.request.policy.ts';

type Reported = { status: Status | Engagement; final: boolean; failure?: Failure; forbids?: Receipt['forbids'] };

const hardBounce = { scope: 'all', reason: 'hard-bounce', everyTenant: true };
const complaint = { scope: 'all', reason: 'complaint', everyTenant: false };

/** The status that an event reports; undefined for events that are not about an e-mail of ours. */
function reported({ type, data }: ResendEvent, failures: FailureCatalogue): Reported | undefined {
  switch (type) {
    case 'email.scheduled':
      return { status: 'scheduled', final: false };
    case 'email.sent':
      return { status: 'sent', final: false };
    case 'email.delivery_delayed':
      return { status: 'delayed', final: false, failure: failures.failure(['delivery_delayed']) };
    case 'email.delivered':
      return { status: 'delivered', final: true };
    case 'email.bounced':
      return bounced(failures.failure(bounceCodes(data.bounce)));
    case 'email.suppressed':
      return {
        status: 'suppressed',
        final: true,
        failure: failures.failure([`suppressed:${data.suppressed?.type}`, 'suppressed:OnAccountSuppressionList']),
        forbids: data.suppressed?.reason === 'previous_complaint' ? complaint : hardBounce,
      };
    case 'email.failed':
      return { status: 'failed', final: true, failure: failures.failure([`failed:${data.failed?.reason}`, 'failed']) };
    case 'email.opened':
      return { status: 'opened', final: false };
    case 'email.clicked':
      return { status: 'clicked', final: false };
    case 'email.complained':
      return { status: 'complained', final: false, forbids: complaint };
    default:
      return undefined;
  }
}

/** A full mailbox or refused content does not suppress the recipient: the failures table says which bounces do. */
const bounced = (failure: Failure): Reported => ({
  status: 'bounced',
  final: true,
  failure,
  ...(failure.suppress && { forbids: hardBounce }),
});

/** From the most specific to the most general: an unknown sub-type still shows whether a bounce is permanent. */
function bounceCodes({ type, subType }: NonNullable<ResendEvent['data']['bounce']> = {}): string[] {
  return [`bounced:${type}/${subType}`, `bounced:${type}/General`, 'bounced:Undetermined/Undetermined'];
}

/**
 * A receipt for each recipient that the event names; none where it reports nothing about a message, or does not
 * identify it.
 */
export function toReceipts(event: ResendEvent, failures: FailureCatalogue, hashKey: string): Receipt[] {
  const says = reported(event, failures);
  const reference = referenceOf(event);
  const { email_id: id = '', to = [], click } = event.data;
  if (!says || (id === '' && reference.messageId === undefined)) return [];
  const receipt: Receipt = {
    ...says,
    channel: 'email',
    provider: 'resend',
    providerMessageId: id,
    event: event.type,
    ...(event.created_at && { at: event.created_at }),
    ...(click?.link && { link: click.link }),
    reference,
  };
  const recipients = to.flatMap((address) => bare(address) ?? []);
  return recipients.length === 0
    ? [receipt]
    : recipients.map((address) => ({ ...receipt, recipient: recipientRef(hashKey, address) }));
}

/** Whether events of this type are about a recipient's mail. */
export const isAboutMail = (event: ResendEvent, failures: FailureCatalogue): boolean =>
  reported(event, failures) !== undefined;

/** The reference in the tags, or in our header where the tags are missing. */
function referenceOf({ data: { tags, headers = {} } }: ResendEvent) {
  const tagged = returnedReference(fromTags(tags ?? {}));
  if (tagged.messageId !== undefined) return tagged;
  const header = Object.entries(headers).find(([name]) => name.toLowerCase() === referenceHeader.toLowerCase())?.[1];
  return returnedReference(Object.fromEntries(new URLSearchParams(header ?? '')));
}
