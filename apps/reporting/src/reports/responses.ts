import { Instant } from '#libs/contracts';
import { z } from 'zod';
import { granularities } from './report-query.ts';

const count = z.number().int();
const at = Instant.nullable().describe('When the row’s time begins; null: it is about the whole span.');
const group = z.record(z.string(), z.string()).describe('What it was grouped by, by name; an empty text: not known.');
const seconds = z
  .number()
  .nullable()
  .describe('In seconds, the upper bound of a bucket; null: none was delivered, or it took longer than seven days.');

const span = {
  from: Instant,
  to: Instant,
  timeZone: z.string(),
  granularity: z.enum(granularities),
  exact: z
    .boolean()
    .describe('false: the time zone is not whole hours from UTC, so hours at midnight may be a day off.'),
};

const report = <S extends z.ZodType>(item: S) =>
  z.object({
    ...span,
    items: z.array(item),
    previous: z
      .object({ from: Instant, to: Instant, items: z.array(item) })
      .nullable()
      .describe('The span before, of the same length, where it was asked for.'),
  });

export const DeliveryReport = report(
  z.object({
    at,
    group,
    messages: count,
    statuses: z.record(z.string(), count).describe('How many stand where.'),
  }),
);
export type DeliveryReport = z.infer<typeof DeliveryReport>;

export const FailureReport = report(
  z.object({ at, group, status: z.string(), kind: z.string().describe('Of the failure.'), messages: count }),
);
export type FailureReport = z.infer<typeof FailureReport>;

export const TookReport = report(
  z.object({
    at,
    group,
    messages: count.describe('Delivered ones.'),
    p50: seconds,
    p90: seconds,
    p95: seconds,
    p99: seconds,
  }),
);
export type TookReport = z.infer<typeof TookReport>;

export const EngagementReport = report(
  z.object({
    at,
    group,
    engagement: z.string(),
    messages: count.describe('Messages with it: unique opens, say.'),
    facts: count.describe('How often; of one message at most 100 are counted.'),
  }),
);
export type EngagementReport = z.infer<typeof EngagementReport>;

export const ProviderReport = report(
  z.object({
    provider: z.string(),
    attempts: z.record(z.string(), count).describe('Calls by how they ended: sent, failed, unconfirmed.'),
    messages: count.describe('Those that it was the last provider of.'),
    delivered: count,
    p50: seconds,
    p95: seconds,
  }),
);
export type ProviderReport = z.infer<typeof ProviderReport>;

export const CostReport = report(
  z.object({
    tenant: z.string(),
    channel: z.string(),
    provider: z.string(),
    country: z.string(),
    unit: z.string().describe('segment or message.'),
    units: count,
    amount: z.number().describe('In the currency of the price table.'),
    unpriced: count.describe('Units that no price of the table fits.'),
  }),
).extend({ currency: z.string().nullable().describe('null: no price table is set (PRICE_TABLE_FILE).') });
export type CostReport = z.infer<typeof CostReport>;

const example = <T>(item: T) => ({
  from: '2030-01-01T00:00:00.000Z',
  to: '2030-01-31T00:00:00.000Z',
  timeZone: 'UTC',
  granularity: 'none',
  exact: true,
  items: [item],
  previous: null,
});

export const reportExamples = {
  delivery: example({ at: null, group: { channel: 'email' }, messages: 100, statuses: { delivered: 98, bounced: 2 } }),
  failures: example({ at: null, group: {}, status: 'bounced', kind: 'bad-recipient', messages: 2 }),
  took: example({ at: null, group: {}, messages: 98, p50: 2, p90: 7, p95: 10, p99: 45 }),
  engagement: example({ at: null, group: {}, engagement: 'opened', messages: 40, facts: 61 }),
  providers: example({
    provider: 'sendgrid',
    attempts: { sent: 100, failed: 3 },
    messages: 100,
    delivered: 98,
    p50: 2,
    p95: 10,
  }),
  cost: {
    ...example({
      tenant: 'default',
      channel: 'sms',
      provider: 'twilio',
      country: 'DE',
      unit: 'segment',
      units: 120,
      amount: 9,
      unpriced: 0,
    }),
    currency: 'EUR',
  },
};
