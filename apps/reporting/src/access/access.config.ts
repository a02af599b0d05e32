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
  REPORTING_RATE_PER_MINUTE: z.coerce
    .number()
    .int()
    .positive()
    .default(6_000)
    .describe('Most requests of one key or person in a minute, at each replica; more are answered with 429.'),
  REPORTING_FAILURES_PER_MINUTE: z.coerce
    .number()
    .int()
    .positive()
    .default(60)
    .describe(
      'Most attempts in a minute with keys or tokens that are not accepted, from one address (IPv6: its network of ' +
        '64 bits) at each replica. The rest of the minute the address is answered with 429, except for keys that ' +
        'were accepted in the last hour.',
    ),
  REPORTING_TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe(
      'How many proxies of yours stand before the service and append to X-Forwarded-For: failed attempts count by ' +
        'the address that the outermost of them saw. 0: by the address that connects.',
    ),
};

export const accessConfig = settingsGroup('access', accessSettings);
export type AccessConfig = z.infer<z.ZodObject<typeof accessSettings>>;
