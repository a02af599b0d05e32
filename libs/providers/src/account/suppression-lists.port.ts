/** An address on a provider's own list. */
export interface ListedAddress {
  address: string;
  scope: string;
  reason: string;
  /** When it was added. */
  at: Date;
}

/** One page of a list, or why the rest of the list cannot be read. */
export type ListPage = { list: string; entries: ListedAddress[] } | { list: string; trouble: string };

/** The suppression lists of one provider. */
export abstract class SuppressionLists {
  abstract readonly provider: string;

  /** Reads page by page. Never throws for a failure of the provider or the network. */
  abstract read(): AsyncGenerator<ListPage>;
}
