import { Channel, Instant, LetterReason, LetterState } from '#libs/contracts';
import { z } from 'zod';

export const LetterGroup = z.object({
  channel: Channel,
  state: LetterState,
  reason: LetterReason,
  code: z.string().describe('The code of the last failure.'),
  provider: z.string().nullable().describe('The provider of the last failure.'),
  meaning: z.string().describe('What happened, in plain words.'),
  remedy: z.string().describe('What to do about it.'),
  count: z.number().int(),
  oldest: Instant.describe('When the first of them was given up.'),
  newest: Instant,
});
export type LetterGroup = z.infer<typeof LetterGroup>;

export const LetterGroups = z.object({
  total: z.number().int().describe('Of all groups: the atMost of a redrive or discard of what is meant.'),
  groups: z.array(LetterGroup).describe('By cause, the largest first; at most 200.'),
});
export type LetterGroups = z.infer<typeof LetterGroups>;

export const letterGroupsExample: LetterGroups = {
  total: 1_204,
  groups: [
    {
      channel: 'email',
      state: 'open',
      reason: 'exhausted',
      code: 'ECONNREFUSED',
      provider: null,
      meaning: 'The provider refused the connection.',
      remedy: 'Look at the provider’s status page, then redrive it.',
      count: 1_204,
      oldest: '2030-01-31T12:00:00.000Z',
      newest: '2030-01-31T12:40:00.000Z',
    },
  ],
};
