import { z } from 'zod';

/** Where the keys of sealed data live. */
export const custodySettings = {
  CUSTODY_KEYRING_DIR: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder of the keys under which addresses travel in operations (docs/suppressions.md), the same in reporting, ' +
        'email and sms; messaging custody init makes it. Unset: nobody is taken off a provider’s list by an operation.',
    ),
  KEY_EPOCHS_KEPT: z.coerce
    .number()
    .int()
    .min(2)
    .max(53)
    .default(5)
    .describe('How many weeks a key of that folder is kept, the current one included; the same in each service.'),
};
