import type { FailureCatalogue, Receipt, TakenMessage } from '#libs/providers';
import { z } from 'zod';
import { ResendEvent } from '../webhook/resend.events.policy.ts';
import { toReceipts } from '../webhook/resend.receipts.policy.ts';

/** The fields of GET /emails/{id} that show what became of a mail. */
export const FetchedEmail = z.looseObject({ id: z.string(), last_event: z.string() });
export type FetchedEmail = z.infer<typeof FetchedEmail>;

/** What a recipient can only have done with a mail that was delivered. */
const afterDelivery = new Set(['opened', 'clicked', 'complained']);

/**
 * What Resend says about the end of a mail: the receipts that its webhooks would have made. None: it is on its way.
 * Of a mail to several recipients it shows the last event only, and not whose: nothing follows from it.
 */
export function endsIn(
  { id, last_event: event }: FetchedEmail,
  { reference, recipients }: TakenMessage,
  failures: FailureCatalogue,
): Receipt[] {
  if ((reference.recipientCount ?? 1) > 1) return [];
  const [recipient] = recipients;
  const events = afterDelivery.has(event) ? ['delivered', event] : [event];
  return events.flatMap((each) => {
    const said = ResendEvent.parse({ type: `email.${each}`, data: { email_id: id } });
    return toReceipts(said, failures, '')
      .filter(({ final }) => final || afterDelivery.has(each))
      .map((receipt) => ({ ...receipt, reference, source: 'lookup' as const, ...(recipient && { recipient }) }));
  });
}
