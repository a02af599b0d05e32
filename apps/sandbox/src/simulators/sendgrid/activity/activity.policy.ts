import type { MailMessage } from '../message.ts';
import type { Condition } from './activity-query.policy.ts';
import { matches } from './activity-query.policy.ts';

const happened = (message: MailMessage) => message.events.filter(({ webhook }) => webhook !== 'planned');

function statusOf(message: MailMessage): 'processed' | 'delivered' | 'not_delivered' {
  if (message.status === 'delivered') return 'delivered';
  return message.status === 'bounce' || message.status === 'dropped' ? 'not_delivered' : 'processed';
}

/** Whether all conditions of one alternative fit. No alternative: everything fits. */
export function fits(message: MailMessage, alternatives: readonly (readonly Condition[])[]): boolean {
  const holds = (condition: Condition) => valuesOf(message, condition).some((value) => matches(value, condition));
  return alternatives.length === 0 || alternatives.some((conditions) => conditions.every(holds));
}

function valuesOf(message: MailMessage, { field, argument }: Condition): string[] {
  switch (field) {
    case 'msg_id':
      return [message.id];
    case 'from_email':
      return [message.from ?? ''];
    case 'to_email':
      return [message.to];
    case 'subject':
      return [message.subject ?? ''];
    case 'template_id':
      return [message.templateId ?? ''];
    case 'status':
      return [statusOf(message)];
    case 'categories':
      return message.categories;
    default:
      return [message.customArgs[argument ?? ''] ?? ''];
  }
}

/** A row of GET /v3/messages (tsg_email_activity_v3.json). */
export function summaryOf(message: MailMessage): Record<string, unknown> {
  const events = happened(message);
  const count = (name: string) => events.filter(({ step }) => step.event === name).length;
  return {
    from_email: message.from,
    msg_id: message.id,
    subject: message.subject ?? '',
    to_email: message.to,
    status: statusOf(message),
    opens_count: count('open'),
    clicks_count: count('click'),
    last_event_time: iso(events.at(-1)?.at ?? message.acceptedAt),
  };
}

const iso = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;
