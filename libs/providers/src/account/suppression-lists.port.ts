/** An address on a provider's own list. */
export interface ListedAddress {
  address: string;
  scope: string;
  reason: string;
  /** Since when it stands there. */
  at: Date;
}

/** A page of a list, or why the rest of it cannot be read. */
export type ListPage = { list: string; entries: ListedAddress[] } | { list: string; trouble: string };

/** The suppression lists of one provider. */
export abstract class SuppressionLists {
  abstract readonly provider: string;

  /** Page by page. Never throws for the provider's or the network's sake. */
  abstract read(): AsyncGenerator<ListPage>;
}
