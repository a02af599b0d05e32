import type { PriceTable } from './price-table.ts';

/** What messages cost at present. */
export abstract class Prices {
  /** Undefined: no table is set. */
  abstract readonly current: PriceTable | undefined;
}
