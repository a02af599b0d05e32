import { type FailureCatalogue, oddFields, type Receipt } from '#libs/providers';
import type { SuppressionChange } from '#libs/delivery';
import type { ReadEvent, SendgridEvent } from '../webhook/sendgrid.events.policy.ts';
import { isAboutMail, toReceipt } from '../webhook/sendgrid.receipts.policy.ts';
import { isAboutSuppression, toSuppression } from '../webhook/sendgrid.suppressions.policy.ts';

/** An event that results in neither receipt nor suppression. */
export interface OtherSendgridEvent extends ReadEvent {
  /** What is missing in it; undefined: its type is unknown, or it is about the account. */
  lacks: string | undefined;
}

export interface Sorted {
  receipts: Receipt[];
  /** In the order in which they happened. */
  suppressions: SuppressionChange[];
  others: OtherSendgridEvent[];
  /** The event that a receipt or a suppression was made of. */
  madeOf: Map<Receipt | SuppressionChange, ReadEvent>;
  /** The invalid fields, by the type of event. */
  odd: { type: string; fields: string[] }[];
}

/** The results of all events of one request. `now` is ms since 1970. */
export function sorted(events: readonly ReadEvent[], failures: FailureCatalogue, hashKey: string, now: number): Sorted {
  const of: Sorted = { receipts: [], suppressions: [], others: [], odd: [], madeOf: new Map() };
  for (const { given, event } of events.toSorted((a, b) => timeOf(a) - timeOf(b))) {
    const receipt = event && toReceipt(event, failures, hashKey);
    const suppression = event && toSuppression(event, failures, hashKey, now);
    if (receipt) of.receipts.push(receipt);
    if (suppression) of.suppressions.push(suppression);
    for (const made of [receipt, suppression]) if (made) of.madeOf.set(made, { given, event });
    if (!receipt && !suppression) of.others.push({ given, event, lacks: lacking(event, failures) });
    const fields = oddFields(given, event);
    if (event && fields.length > 0) of.odd.push({ type: event.event, fields });
  }
  return of;
}

const timeOf = ({ event }: ReadEvent): number => event?.timestamp?.getTime() ?? 0;

function lacking(event: SendgridEvent | undefined, failures: FailureCatalogue): string | undefined {
  if (!event) return 'fields: it is no object';
  if (event.event === '') return 'event';
  if (isAboutMail(event, failures)) return 'sg_message_id, and our reference among its custom arguments';
  return isAboutSuppression(event, failures) ? 'email' : undefined;
}
