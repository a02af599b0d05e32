import { Channel, Instant, isTimeZone, Lane, oneLine, Status, Tenant } from '#libs/contracts';
import { z } from 'zod';
import { dimensions, granularities } from './report-query.ts';

/** Types of the schemas below, under names that differ from the schemas': see api/requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

const name = (of: string) => oneLine(128).min(1).optional().describe(`Only this ${of}.`);
const MOST_GROUPS = 2;
const groups = dimensions.join(', ');

/** What every report takes. */
export const ReportParameters = z.strictObject({
  from: Instant.optional().describe(
    'Asked for at or after, taken down to the hour; left out: 30 days before to, by the hour 24 hours.',
  ),
  to: Instant.optional().describe(
    'Asked for before, taken down to the hour; left out: the end of this day (UTC), by the hour of this hour.',
  ),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'must be a time zone of the IANA, such as Europe/Berlin')
    .default('UTC')
    .describe('Where a day begins. One that is not whole hours from UTC cannot be exact: `exact` is false then.'),
  granularity: z.enum(granularities).default('day').describe('One row for each hour, each day, or for all of it.'),
  groupBy: z
    .string()
    .max(64)
    .transform((text) => text.split(','))
    .pipe(
      z
        .array(z.enum(dimensions, { error: `must be one or two of ${groups}` }))
        .max(MOST_GROUPS, `must be one or two of ${groups}`),
    )
    .default([])
    .describe(`One or two of ${groups}, with a comma between.`),
  previous: z.stringbool().default(false).describe('Whether the span before, of the same length, is given as well.'),
  tenant: Tenant.optional().describe('Only this tenant; left out: all that your key sees.'),
  channel: Channel.optional().describe('Only this channel.'),
  lane: Lane.optional().describe('Only this lane.'),
  provider: name('provider'),
  category: name('category'),
  template: name('template'),
  country: name('country, by its two letters'),
  tag: name('tag'),
  status: Status.optional().describe('Only messages that stand so now.'),
  kind: name('kind of failure'),
});
