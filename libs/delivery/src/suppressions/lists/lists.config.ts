import { milliseconds } from '#libs/contracts';

/** Settings of the providers' own suppression lists. */
export const listSettings = {
  SUPPRESSION_SYNC_MS: milliseconds(3_600_000).describe(
    'How often the providers’ own suppression lists are taken over, in milliseconds, where a provider has some; one ' +
      'replica at a time does it.',
  ),
};
