import { z } from 'zod';

/** Types of the schemas below, under names that differ from the schemas': see api/requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

export const AuditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('How many at most, 1 to 500.'),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'must be the nextCursor of an earlier answer, or the number of a row')
    .optional()
    .describe('nextCursor of the page before, or the number of a row: what follows it is shown.'),
});
