import type { Price, PriceTable } from './price-table.ts';

/** Units that are charged alike. */
export interface ChargedUnits {
  /** When the messages were asked for: `2030-01-31`, UTC. */
  day: string;
  channel: string;
  provider: string;
  country: string;
  unit: string;
  units: number;
}

export interface Cost {
  /** In the currency of the price table. */
  amount: number;
  /** Units that no price of the table fits. */
  unpriced: number;
}

/** What units cost by a table. Amounts are made at reading: a table that is corrected corrects the past as well. */
export function costOf(table: PriceTable, all: readonly ChargedUnits[]): Cost {
  let amount = 0;
  let unpriced = 0;
  for (const charged of all) {
    const price = priceOf(table.prices, charged);
    if (price) amount += price.amount * charged.units;
    else unpriced += charged.units;
  }
  return { amount, unpriced };
}

/** Of the prices that fit, the one that names most; of those that name as much, the latest. */
export function priceOf(prices: readonly Price[], charged: Omit<ChargedUnits, 'units'>): Price | undefined {
  return prices
    .filter((price) => fits(price, charged))
    .reduce<Price | undefined>((best, price) => (best && !goesBefore(price, best) ? best : price), undefined);
}

const fits = (price: Price, { day, channel, provider, country, unit }: Omit<ChargedUnits, 'units'>): boolean =>
  price.channel === channel &&
  price.unit === unit &&
  (price.provider === undefined || price.provider === provider) &&
  (price.country === undefined || price.country === country) &&
  (price.from === undefined || price.from <= day);

/** A country says more than a provider: prices differ more between countries. */
const weightOf = ({ country, provider }: Price): number =>
  Number(country !== undefined) * 2 + Number(provider !== undefined);

function goesBefore(a: Price, b: Price): boolean {
  const more = weightOf(a) - weightOf(b);
  return more > 0 || (more === 0 && (a.from ?? '') > (b.from ?? ''));
}
