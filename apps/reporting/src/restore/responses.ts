import { z } from 'zod';

const offset = z.number().int();

export const RestoreStateResponse = z.object({
  service: z.string(),
  state: z
    .enum(['working', 'reading', 'waiting'])
    .describe('reading, waiting: its database was restored, and it is paused; waiting: it can be lifted.'),
  behind: z.array(z.object({ partition: z.string(), kept: offset, committed: offset })),
  gaps: z
    .array(z.object({ partition: z.string(), from: offset, to: offset }))
    .describe('What should be read again, and is deleted already.'),
  applied: offset.describe('Records that were applied again.'),
  failed: offset.describe('Those that could not be.'),
});
export type RestoreStateResponse = z.infer<typeof RestoreStateResponse>;

export const RestoreList = z.object({ items: z.array(RestoreStateResponse) });
export type RestoreList = z.infer<typeof RestoreList>;

const example = { service: 'email', state: 'working', behind: [], gaps: [], applied: 0, failed: 0 };
export const restoreExamples = { list: { items: [example] }, one: example };
