import { type FailureCatalogue, happenedAt, recipientConcerned, returnedReference } from '#libs/providers';
import { receiptId, recipientRef } from '#libs/contracts';
import type { SuppressionChange } from '#libs/delivery';
import { dropReason, type SendgridEvent, withoutSuffix } from './sendgrid.events.policy.ts';
import { bounceFailure } from './sendgrid.receipts.policy.ts';
import { SCOPE_ARGUMENT } from '../send/sendgrid.request.policy.ts';

/** `everyTenant`: the reason is the address itself, whoever sends to it. */
interface Rule {
  reason: string;
  scope: (event: SendgridEvent) => string;
  everyTenant?: boolean;
}

const all = () => 'all';
const marketing = () => 'marketing';

const hardBounce: Rule = { reason: 'hard-bounce', scope: all, everyTenant: true };
const complaint: Rule = { reason: 'complaint', scope: all };

/** Source: SendGrid’s Event Webhook Reference. */
const rules: Readonly<Record<string, Rule>> = {
  spamreport: complaint,
  unsubscribe: { reason: 'unsubscribe', scope: marketing },
  group_unsubscribe: { reason: 'unsubscribe', scope: groupOf },
  'dropped:Bounced Address': hardBounce,
  'dropped:Invalid': { reason: 'invalid', scope: all, everyTenant: true },
  'dropped:Spam Reporting Address': complaint,
  'dropped:Unsubscribed Address': { reason: 'unsubscribe', scope: groupOf },
};

/** The suppression that an event causes or lifts; undefined: none. `now` is ms since 1970. */
export function toSuppression(
  event: SendgridEvent,
  failures: FailureCatalogue,
  hashKey: string,
  now: number,
): SuppressionChange | undefined {
  if (!isAboutSuppression(event, failures)) return undefined;
  const named = event.email ? recipientRef(hashKey, event.email) : undefined;
  const reference = returnedReference(event);
  const concerned = recipientConcerned(reference, named);
  if (!concerned) return undefined;
  const { hash, mask } = concerned;
  const rule = ruleFor(event, failures);
  const { tenant } = reference;
  const whose = tenant === undefined ? {} : { tenant };
  const at = (happenedAt(event.timestamp, now) ?? new Date(now)).toISOString();
  if (!rule) return { lift: { channel: 'email', recipient: hash, scope: groupOf(event), at, ...whose } };
  const scope = rule.scope(event);
  const eventId = receiptId({
    provider: 'sendgrid',
    providerMessageId: withoutSuffix(event.sg_message_id ?? ''),
    event: `${event.event} ${scope}`,
    recipientHash: named?.hash,
    providerTime: event.timestamp?.toISOString(),
  });
  return {
    suppress: {
      channel: 'email',
      recipient: hash,
      scope,
      reason: rule.reason,
      at,
      eventId,
      ...(!rule.everyTenant && whose),
      ...(mask !== undefined && { mask }),
      provider: 'sendgrid',
      source: 'receipt',
    },
  };
}

/** Whether events of this type change suppressions. */
export const isAboutSuppression = (event: SendgridEvent, failures: FailureCatalogue): boolean =>
  event.event === 'group_resubscribe' || ruleFor(event, failures) !== undefined;

function ruleFor(event: SendgridEvent, failures: FailureCatalogue): Rule | undefined {
  // A block, a full mailbox or a busy server does not suppress the recipient: the failures table says which bounces do.
  if (event.event === 'bounce') return bounceFailure(event, failures).suppress ? hardBounce : undefined;
  return rules[event.event === 'dropped' ? `dropped:${dropReason(event)}` : event.event];
}

/** What the recipient unsubscribed from: what we stated in the mail, else SendGrid's group, else all marketing. */
function groupOf(event: SendgridEvent): string {
  const reported = event[SCOPE_ARGUMENT];
  if (
    typeof reported === 'string' &&
    /^(?:marketing|topic:[a-z0-9][a-z0-9_-]{0,63}|group:sendgrid:\d{1,15})$/.test(reported)
  )
    return reported;
  return event.asm_group_id === undefined ? 'marketing' : `group:sendgrid:${event.asm_group_id}`;
}
