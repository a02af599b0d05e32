import { z } from 'zod';

/** How long the ledger keeps its rows. */
export const ledgerSettings = {
  LEDGER_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(2)
    .max(90)
    .default(14)
    .describe(
      'How long repeats of a message are recognised, in days. Must exceed the retention of the request topics.',
    ),
};
