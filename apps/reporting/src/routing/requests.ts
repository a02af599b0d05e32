import { Channel, Lane } from '#libs/contracts';
import { z } from 'zod';

/** Types of the schemas below, under names that differ from the schemas': see api/requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

export const HoldQuery = z.strictObject({
  channel: Channel.optional().describe('Only this channel; left out: all of them.'),
  lifted: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('true: also those of the last two days that were lifted.'),
});

export const ExplainQuery = z.strictObject({
  channel: Channel.describe('The channel that it would be published to.'),
  lane: Lane.default('transactional').describe('The lane that it would be published to.'),
});
