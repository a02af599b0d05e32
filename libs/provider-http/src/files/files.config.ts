import { z } from 'zod';
import { readAddresses } from './address.policy.ts';

/** Settings of fetching files by URL. */
export const fileSettings = {
  FILES_ALLOWED_ADDRESSES: z
    .string()
    .default('')
    .refine(
      (text) => readAddresses(text) !== undefined,
      'must be addresses or networks (10.1.0.0/16) separated by commas',
    )
    .describe(
      'Files that requests name by URL are fetched from public addresses only. Addresses or networks, separated ' +
        'by commas, that are allowed beside these: for tests and development (127.0.0.1). Whoever may publish ' +
        'requests can then read what answers there by https.',
    ),
};
