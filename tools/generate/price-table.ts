import { z } from 'zod';
import { PriceTable } from '../../apps/reporting/src/prices/price-table.ts';

/** What the price table of reporting may hold. */
export const priceTableSchema = (): object => ({
  title: 'PriceTable',
  ...z.toJSONSchema(PriceTable, { target: 'draft-2020-12', io: 'input' }),
});
