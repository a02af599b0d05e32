import { type Engagement, type Failure, recipientRef, type Status } from '#libs/contracts';
import { type FailureCatalogue, returnedReference, type Receipt } from '#libs/providers';
import { dropReason, isBlocked, type SendgridEvent, withoutSuffix } from './sendgrid.events.policy.ts';

export { SendgridEvent, withoutSuffix } from './sendgrid.events.policy.ts';

type Reported = { status: Status | Engagement; final: boolean; failure?: Failure; reason?: string };

/** The status that an event reports; undefined for events that are not about a message. */
function reported(event: SendgridEvent, failures: FailureCatalogue): Reported | undefined {
  switch (event.event) {
    case 'processed':
      return { status: 'sent', final: false };
    case 'deferred':
      return { status: 'delayed', final: false, failure: failures.failure(['deferred']), ...because(deferral(event)) };
    case 'delivered':
      return { status: 'delivered', final: true };
    case 'bounce':
      return {
        status: 'bounced',
        final: true,
        failure: bounceFailure(event, failures),
        ...because(smtpReplyCode(event)),
      };
    case 'dropped': {
      const failure = dropFailure(event, failures);
      return { status: failure.suppress ? 'suppressed' : 'failed', final: true, failure };
    }
    case 'open':
      return { status: event.sg_machine_open ? 'machine-opened' : 'opened', final: false };
    case 'click':
      return { status: 'clicked', final: false };
    case 'spamreport':
      return { status: 'complained', final: false };
    case 'unsubscribe':
    case 'group_unsubscribe':
      return { status: 'unsubscribed', final: false };
    default:
      return undefined;
  }
}

/** The classification is more specific than the type. */
export function bounceFailure(event: SendgridEvent, failures: FailureCatalogue): Failure {
  const kind = isBlocked(event) ? 'bounce:blocked' : 'bounce:bounce';
  const { bounce_classification: classification } = event;
  return failures.failure(
    classification && classification !== 'Unclassified' ? [`bounce_classification:${classification}`, kind] : [kind],
  );
}

export const dropFailure = (event: SendgridEvent, failures: FailureCatalogue): Failure =>
  failures.failure([`dropped:${dropReason(event)}`]);

const because = (reason: string | undefined) => (reason === undefined ? {} : { reason });

/** The receiving server's code (RFC 3463) is safe to show; its text is not. */
const smtpReplyCode = ({ status }: SendgridEvent) =>
  status && /^[245]\.\d{1,3}\.\d{1,3}$/.test(status) ? `The receiving server answered ${status}.` : undefined;

const deferral = ({ attempt }: SendgridEvent) =>
  /^\d{1,4}$/.test(String(attempt))
    ? `SendGrid has tried ${Number(attempt) + 1} times and goes on for up to 72 hours.`
    : undefined;

/** An event as a receipt, or undefined where it reports nothing about a message, or does not identify it. */
export function toReceipt(event: SendgridEvent, failures: FailureCatalogue, hashKey: string): Receipt | undefined {
  const says = reported(event, failures);
  const reference = returnedReference(event);
  // An asynchronous bounce may lack SendGrid's id.
  if (!says || (!event.sg_message_id && !reference.messageId)) return undefined;
  return {
    ...says,
    channel: 'email',
    provider: 'sendgrid',
    providerMessageId: withoutSuffix(event.sg_message_id ?? ''),
    event: event.event,
    ...(event.email && { recipient: recipientRef(hashKey, event.email) }),
    ...timeOf(event),
    ...(event.url && { link: linkOf(event) }),
    reference,
  };
}

/** SendGrid truncates times to whole seconds. */
const timeOf = ({ timestamp: at }: SendgridEvent) =>
  at === undefined ? {} : { at, ...(at.getMilliseconds() === 0 && { atWithinMs: 999 }) };

/** Whether events of this type are about a recipient's mail. */
export const isAboutMail = (event: SendgridEvent, failures: FailureCatalogue): boolean =>
  reported(event, failures) !== undefined;

/**
 * Which link was clicked, as a hash. It only distinguishes clicks: a URL may contain personal data, so it is never
 * published.
 */
const linkOf = ({ url, url_offset: place }: SendgridEvent): string =>
  place === undefined ? url! : `${url} ${JSON.stringify(place)}`;
