import { recipientRef } from '#libs/contracts';
import type { FailureCatalogue, Receipt, ReceiptAnswer, TakenMessage } from '#libs/providers';
import { z } from 'zod';
import { withoutSuffix } from '../webhook/sendgrid.events.policy.ts';

/** The answer of GET /v3/messages: one row for each recipient (SendGrid’s reference, Email Activity). */
export const Activity = z.looseObject({
  messages: z.array(
    z.looseObject({
      msg_id: z.string(),
      to_email: z.string(),
      status: z.string(),
      last_event_time: z.iso.datetime({ offset: true }).optional().catch(undefined),
    }),
  ),
});
type Row = z.infer<typeof Activity>['messages'][number];

/** The query for the calls of some messages. The ids are ours. */
export const activityQuery = (messages: readonly TakenMessage[]): string =>
  messages
    .map(({ providerMessageId, reference: { callId } }) =>
      callId === undefined
        ? `msg_id LIKE "${quoted(providerMessageId)}%"`
        : `unique_args['mi_call_id']="${quoted(callId)}"`,
    )
    .join(' OR ');

const quoted = (text: string): string => text.replace(/["\\%]/g, '');

/** What the rows say about each message, in the order of the messages. */
export function answersIn(
  { messages: rows }: z.infer<typeof Activity>,
  asked: readonly TakenMessage[],
  failures: FailureCatalogue,
  hashKey: string,
): ReceiptAnswer[] {
  const known = rows.map((row) => ({
    row,
    id: withoutSuffix(row.msg_id),
    recipient: recipientRef(hashKey, row.to_email),
  }));
  return asked.map(({ providerMessageId, reference, recipients }) => {
    const own = known.flatMap(({ row, id, recipient: named }) => {
      const recipient = recipients.find(({ hash }) => hash === named.hash);
      return id === providerMessageId && recipient ? [{ row, recipient }] : [];
    });
    if (own.length === 0) return { known: false };
    const receipts = own.flatMap(({ row, recipient }) => {
      const end = endIn(row, failures);
      return end ? [{ ...end, ...common, providerMessageId, reference, recipient, ...timeOf(row) }] : [];
    });
    return { known: true, receipts };
  });
}

const common = { channel: 'email', provider: 'sendgrid', source: 'lookup' } as const;

const timeOf = ({ last_event_time: at }: Row) => (at === undefined ? {} : { at: new Date(at), atWithinMs: 999 });

/** Undefined: it is on its way. Why a mail was not delivered is not in the row. */
function endIn(
  { status }: Row,
  failures: FailureCatalogue,
): Pick<Receipt, 'status' | 'final' | 'failure' | 'event'> | undefined {
  if (status === 'delivered') return { status, final: true, event: 'activity:delivered' };
  if (status !== 'not_delivered') return undefined;
  return {
    status: 'failed',
    final: true,
    event: 'activity:not_delivered',
    failure: failures.failure(['activity:not_delivered']),
  };
}
