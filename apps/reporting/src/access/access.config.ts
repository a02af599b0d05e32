import { secret } from '#libs/contracts';
import { settingsGroup } from '#libs/runtime';
import { z } from 'zod';
import { isWholeKey } from './key/api-key.ts';

/** Who may call the API. */
export const accessSettings = {
  REPORTING_BOOTSTRAP_KEY: secret(
    z.string().refine(isWholeKey, 'must be an API key, whole: messaging keys generate makes one'),
  )
    .optional()
    .describe(
      'The first API key of a fresh installation, from messaging keys generate: it has every scope for all tenants. ' +
        'It is entered into the table at its first use, and can be revoked as any other. Make keys for people and ' +
        'programs with it, then revoke it and take it out.',
    ),
};

export const accessConfig = settingsGroup('access', accessSettings);
export type AccessConfig = z.infer<z.ZodObject<typeof accessSettings>>;
