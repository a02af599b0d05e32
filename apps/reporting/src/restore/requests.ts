import { OperatingService } from '#libs/contracts';
import { z } from 'zod';

/** Types of the schemas below, under names that differ from the schemas': see api/requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

export const RestoreLift = z.strictObject({
  service: OperatingService.describe('The service that is to go on: the channels first, retry last.'),
  acceptGaps: z.boolean().default(false).describe('Although records that should be read again are deleted already.'),
});
