import { Instant, oneLine, Tenant } from '#libs/contracts';
import { z } from 'zod';
import { scopes } from '../caller.policy.ts';
import { isKeyId } from './api-key.ts';

/** Types of the schemas below, under names that differ from the schemas': see api/requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

const unique = (values: readonly unknown[]) => new Set(values).size === values.length;

export const KeyOrder = z.strictObject({
  name: oneLine(100).describe('Who or what uses it, for people who look at the list. No personal data.'),
  scopes: z
    .array(z.enum(scopes, { error: `must be one of ${scopes.join(', ')}` }))
    .min(1)
    .max(scopes.length)
    .refine(unique, 'must not repeat')
    .describe('What it may do; only scopes that you have.'),
  tenants: z
    .union([z.literal('all'), z.array(Tenant).min(1).max(100).refine(unique, 'must not repeat')], {
      error: 'must be "all", or a list of at least one tenant',
    })
    .describe('Whose messages it may see: "all", or a list; only tenants that you see.'),
  expiresAt: Instant.optional().describe('It is refused from then on; left out: it does not expire.'),
});

export const KeyQuery = z.strictObject({
  ended: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('true: also those that were revoked or have expired.'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many at most, 1 to 200.'),
  cursor: z.string().max(200).optional().describe('nextCursor of the page before.'),
});

export const KeyPath = z.object({
  keyId: z
    .string()
    // A key that is sent instead of its id is not repeated in the answer.
    .refine(isKeyId, 'must be the id of a key: the part between mik_ and the next _')
    .describe('The id of a key, as the list shows it.'),
});
