import { secret } from '#libs/contracts';
import { recipientHashSettings, settingsGroup } from '#libs/runtime';
import { z } from 'zod';

/** Settings of the platform's own unsubscribe links. */
export const unsubscribeSettings = {
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Where this service is reached from outside, such as https://email.example.org: unsubscribe links lead ' +
        'there. Mail programs use only https.',
    ),
  UNSUBSCRIBE_KEY: secret(
    z
      .string()
      .regex(
        /^[^,\s]{32,}(?:,[^,\s]{32,})?$/,
        'must be a secret of at least 32 characters without commas and blanks, or two separated by a comma',
      ),
  )
    .optional()
    .describe(
      'Seals the unsubscribe links of marketing mail. Two separated by a comma while one is replaced: the first ' +
        'seals, both open. Unset: marketing mail needs a page of upstream’s own.',
    ),
};

export const unsubscribeConfig = settingsGroup('unsubscribe', { ...unsubscribeSettings, ...recipientHashSettings });

export const unsubscribeKeysOf = (text: string | undefined): string[] => text?.split(',') ?? [];
