import { Instant, oneLine, Tenant } from '#libs/contracts';
import { z } from 'zod';

/** Types of the schemas below, under names that differ from the schemas': see api/requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

export const UnreadableQuery = z.strictObject({
  code: oneLine(100).optional().describe('Only with this code, such as MSG_UNREADABLE.'),
  origin: oneLine(250).optional().describe('Only from this topic, or webhook/<provider>.'),
  keptBy: oneLine(50).optional().describe('Only those that this service has quarantined.'),
  tenant: Tenant.optional().describe('Only this tenant; left out: all that your key sees.'),
  since: Instant.optional().describe('Quarantined at or after.'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many at most, 1 to 200.'),
  cursor: z.string().max(200).optional().describe('nextCursor of the page before.'),
});

export const UnreadablePath = z.object({ id: z.guid('must be the id of a record').describe('As the list shows it.') });

/** The most bytes of a value that one answer shows. */
export const MOST_BYTES = 262_144;

export const BytesQuery = z.strictObject({
  most: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_BYTES)
    .default(65_536)
    .describe(`How many bytes of the value are shown at most, 1 to ${MOST_BYTES}.`),
});
