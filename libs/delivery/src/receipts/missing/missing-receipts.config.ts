import { z } from 'zod';

/** Settings of missing receipts, the same for every provider of a channel. */
export const missingReceiptSettings = {
  RECEIPT_FIRST_LOOK_MS: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe(
      'A provider is asked for the receipt of a message so long after it took it, in milliseconds, and again after ' +
        'twice that time, and so on. Unset: as fits the provider (e-mail 1 h, SMS 10 min).',
    ),
  RECEIPT_WINDOW_MS: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe(
      'A message is reported as ended without a receipt so long after its provider took it, in milliseconds. Unset: ' +
        'as fits the provider (e-mail 72 h, SMS 12 h).',
    ),
  RECEIPTS_MISSED_MOST: z.coerce
    .number()
    .int()
    .positive()
    .default(10)
    .describe(
      'So many messages in a row without a receipt by a webhook degrade the readiness: the webhook may point ' +
        'elsewhere.',
    ),
};

const schema = z.object(missingReceiptSettings);
export type MissingReceiptConfig = z.infer<typeof schema>;
