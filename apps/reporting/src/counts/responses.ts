import { Instant } from '#libs/contracts';
import { z } from 'zod';

const count = z.number().int();

const Rebuild = z.object({
  number: count.describe('Counted from 1.'),
  askedBy: z.string().describe('key:<id> or oidc:<subject>; migration: the service itself, after an update.'),
  askedAt: Instant,
  stage: z
    .enum(['folding', 'recounting', 'done'])
    .describe('folding: each message is folded anew; recounting: each day is counted anew.'),
  folded: count.describe('Messages that were folded so far.'),
  recounted: count.describe('Days that were counted anew so far.'),
  endedAt: Instant.nullable(),
});

export const CountsResponse = z.object({
  rebuild: Rebuild.nullable().describe('The rebuild that runs or ran last; null: there was none.'),
  compared: z
    .array(
      z.object({
        day: z.string().describe('Such as 2030-01-31, UTC.'),
        different: count.describe('Rows that were not what the messages of the day say; it should be 0.'),
        at: Instant,
        repairedAt: Instant.nullable().describe('When the day was counted anew.'),
      }),
    )
    .describe('One day a night is compared with its messages: the last ones, the newest first.'),
});
export type CountsResponse = z.infer<typeof CountsResponse>;

export const countsExample = {
  rebuild: {
    number: 1,
    askedBy: 'key:9f0c2a7d41b36e58',
    askedAt: '2030-01-31T12:00:00.000Z',
    stage: 'done',
    folded: 120_000,
    recounted: 30,
    endedAt: '2030-01-31T12:04:10.000Z',
  },
  compared: [{ day: '2030-01-12', different: 0, at: '2030-01-31T00:03:00.000Z', repairedAt: null }],
};
