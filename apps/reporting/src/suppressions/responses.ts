import { Channel, Instant } from '#libs/contracts';
import { z } from 'zod';

export const SuppressionResponse = z.object({
  channel: Channel,
  recipient: z.string().describe('Keyed hash of the recipient.'),
  mask: z.string().optional().describe('The recipient, masked.'),
  scope: z.string().describe('What must not be sent: all, marketing, a topic, a kind, a sender.'),
  tenant: z.string().optional().describe('Whose messages; missing: of every tenant.'),
  reason: z.string(),
  at: Instant.describe('Since when it applies, or when it was lifted.'),
  lifted: z.boolean(),
  provider: z.string().optional().describe('Whose word it is.'),
  source: z.string().optional().describe('How it became known.'),
  note: z.string().optional().describe('Why, in words. Of what concerns every tenant only for keys of all tenants.'),
  by: z.string().optional().describe('Who; shown as the note is.'),
});
export type SuppressionResponse = z.infer<typeof SuppressionResponse>;

export const SuppressionList = z.object({
  items: z.array(SuppressionResponse).describe('Newest first.'),
  nextCursor: z.string().nullable().describe('Asks for the next page; null on the last.'),
});
export type SuppressionList = z.infer<typeof SuppressionList>;

export const SuppressionsFound = z.object({ items: z.array(SuppressionResponse).describe('Newest first.') });
export type SuppressionsFound = z.infer<typeof SuppressionsFound>;

export const ListRunResponse = z.object({
  channel: Channel,
  state: z.enum(['never', 'running', 'done', 'failed']),
  run: z.number().int().describe('Counted from 1.'),
  beganAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  lists: z.array(
    z.object({
      provider: z.string(),
      list: z.string(),
      read: z.number().int().describe('Entries that are there.'),
      published: z.number().int().describe('Those of them that were new.'),
      trouble: z.string().optional().describe('Why it, or the rest of it, could not be read.'),
    }),
  ),
  failure: z.string().nullable().describe('Code of the error that ended it early.'),
});
export type ListRunResponse = z.infer<typeof ListRunResponse>;

export const ListRuns = z.object({ items: z.array(ListRunResponse).describe('One for each channel with lists.') });
export type ListRuns = z.infer<typeof ListRuns>;

export const ListRunsAsked = z.object({
  items: z.array(z.object({ channel: Channel, run: z.number().int().describe('The number of the run.') })),
});
export type ListRunsAsked = z.infer<typeof ListRunsAsked>;

const example = {
  channel: 'email',
  recipient: '1f3a5b7c9d0e2f4a6b8c0d1e3f5a7b9c',
  mask: 'a***@inbox.test',
  scope: 'all',
  tenant: 'shop',
  reason: 'manual',
  at: '2030-01-31T12:00:00.000Z',
  lifted: false,
  source: 'operator',
  note: 'asked by phone',
  by: 'key:Zk81bqTw3C',
};

export const suppressionExamples = {
  list: { items: [example], nextCursor: null },
  found: { items: [example] },
  one: example,
  runs: {
    items: [
      {
        channel: 'email',
        state: 'done',
        run: 12,
        beganAt: '2030-01-31T12:00:00.000Z',
        endedAt: '2030-01-31T12:00:04.000Z',
        lists: [{ provider: 'first-provider', list: 'bounces', read: 120, published: 2 }],
        failure: null,
      },
    ],
  },
  asked: { items: [{ channel: 'email', run: 13 }] },
  lifted: { ...example, lifted: true, at: '2030-02-01T08:00:00.000Z', note: 'asked to get it again' },
};
