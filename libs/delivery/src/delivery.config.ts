import { milliseconds } from '#libs/contracts';
import { z } from 'zod';

/** Settings of the delivery engine, the same in every channel. */
export const deliverySettings = {
  LEASE_GUARD_MS: milliseconds(3_000).describe('What must be left of a claim’s lease when a request is written to the provider, in milliseconds.'),
  LEDGER_RETENTION_DAYS: z.coerce.number().int().min(2).max(90).default(14).describe(
    'How long repeats of a message are recognised, in days. Must exceed the retention of the request topics.',
  ),
};
