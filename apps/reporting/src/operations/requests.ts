import { OperationId, OperationKind } from '#libs/contracts';
import { z } from 'zod';

/** Types of the schemas below, under names that differ from the schemas': see api/requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

export const OperationPath = z.object({ operationId: OperationId });

export const OperationQuery = z.strictObject({
  kind: OperationKind.optional().describe('Only this kind.'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many at most, 1 to 200.'),
  cursor: z.string().max(250).optional().describe('nextCursor of the page before.'),
});
