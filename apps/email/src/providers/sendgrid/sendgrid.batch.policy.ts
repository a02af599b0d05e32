import type { FailureCatalogue } from '#libs/contracts';
import type { Receipt, SuppressionWord } from '#libs/delivery';
import type { SendgridEvent } from './sendgrid.events.policy.ts';
import { toReceipt } from './sendgrid.receipts.policy.ts';
import { toSuppression } from './sendgrid.suppressions.policy.ts';

export interface Sorted {
  receipts: Receipt[];
  /** In the order of happening. */
  suppressions: SuppressionWord[];
  /** Of kinds that are new to us, about the account, or about nothing that can be named. */
  others: SendgridEvent[];
}

/** What the events of one delivery say. `now` is ms since 1970. */
export function sorted(events: readonly SendgridEvent[], failures: FailureCatalogue, hashKey: string, now: number): Sorted {
  const of: Sorted = { receipts: [], suppressions: [], others: [] };
  for (const event of events.toSorted((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0))) {
    const receipt = toReceipt(event, failures, hashKey);
    const suppression = toSuppression(event, failures, hashKey, now);
    if (receipt) of.receipts.push(receipt);
    if (suppression) of.suppressions.push(suppression);
    if (!receipt && !suppression) of.others.push(event);
  }
  return of;
}
