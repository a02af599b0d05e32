import { Lane } from '#libs/contracts';
import { z } from 'zod';

/** Types of the schemas below, under names that differ from the schemas': see reporting's requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

export const ExplainQuery = z.strictObject({
  lane: Lane.default('transactional').describe('The lane that it would be published to.'),
});
