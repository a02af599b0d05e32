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

/**
 * What came of taking an address off one list. `removed: false`: it was not on it. `passes`: the same may work later.
 */
export type ListRemoval = { list: string; removed: boolean } | { list: string; trouble: string; passes: boolean };

/** The suppression lists of one provider. */
export abstract class SuppressionLists {
  abstract readonly provider: string;

  /** Reads page by page. Never throws for a failure of the provider or the network. */
  abstract read(): AsyncGenerator<ListPage>;

  /**
   * Takes an address off the lists of a scope; none where the provider has none of that scope. Again is safe. Never
   * throws for a failure of the provider or the network.
   * @param scope as `read` gives it
   */
  abstract remove(address: string, scope: string): Promise<ListRemoval[]>;
}
