import { happenedAt } from '#libs/providers';
import { receiptId, recipientRef, type SuppressionChanged } from '#libs/contracts';
import type { Withdrawal } from '#libs/delivery';
import { bare, type ResendEvent } from './resend.events.policy.ts';
import { reasonOf } from '../account/resend.lists.policy.ts';

/** A change of Resend's own suppression list: an address was added or removed. */
export type ListChange = { added: SuppressionChanged } | { removed: Withdrawal };

const types = new Set(['suppression.added', 'suppression.removed']);
export const isAboutList = ({ type }: Pick<ResendEvent, 'type'>): boolean => types.has(type);

/**
 * A change of the list (resend.com/docs/webhooks/suppressions); undefined where the event is about something else, or
 * names no address. `now`: ms since 1970.
 */
export function listChangeOf(
  { type, created_at: reportedAt, data }: ResendEvent,
  hashKey: string,
  now: number,
): ListChange | undefined {
  const address = bare(data.email ?? '');
  if (!isAboutList({ type }) || address === undefined) return undefined;
  const { hash, mask } = recipientRef(hashKey, address);
  // The list belongs to the whole account, which has no tenants.
  const place = { channel: 'email' as const, recipient: hash, scope: 'all' };
  if (type === 'suppression.removed')
    return {
      removed: {
        ...place,
        provider: 'resend',
        at: timeOf(reportedAt, now),
        note: 'Taken off Resend’s suppression list.',
      },
    };
  const since = data.created_at ?? reportedAt;
  const eventId = receiptId({
    provider: 'resend',
    providerMessageId: '',
    event: type,
    recipientHash: hash,
    providerTime: since?.toISOString(),
  });
  return {
    added: {
      ...place,
      reason: reasonOf(data.origin ?? ''),
      at: timeOf(since, now),
      eventId,
      mask,
      provider: 'resend',
      source: 'receipt',
    },
  };
}

const timeOf = (at: Date | undefined, now: number): string => (happenedAt(at, now) ?? new Date(now)).toISOString();
