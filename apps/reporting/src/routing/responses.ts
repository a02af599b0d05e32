import { Channel, FailureKind, HoldScope, Instant, Lane } from '#libs/contracts';
import { z } from 'zod';

export const HoldResponse = z.object({
  channel: Channel,
  id: z.string(),
  provider: z.string(),
  account: z.string().describe('Digest of the credential: a hold ends with the key that it was set for.'),
  scope: HoldScope,
  state: z.enum(['held', 'lifted']),
  round: z.number().int().describe('How many holds there were in a row, this one included.'),
  leftMs: z.number().describe('How long it still lasts, in milliseconds; 0: the next call probes.'),
  kind: FailureKind,
  code: z.string(),
  meaning: z.string(),
  at: Instant.describe('When it was set or lifted.'),
  by: z.string().optional().describe('Who has lifted it, where that was an operator.'),
});
export type HoldResponse = z.infer<typeof HoldResponse>;

export const HoldList = z.object({ items: z.array(HoldResponse) });
export type HoldList = z.infer<typeof HoldList>;

export const ExplanationResponse = z.looseObject({
  channel: Channel,
  lane: Lane,
  would: z
    .enum(['be sent', 'wait', 'be rejected', 'be suppressed', 'fail', 'expire', 'be tried again'])
    .describe('What would happen first.'),
  why: z.string().describe('In plain words.'),
  fields: z.array(z.object({ field: z.string(), rule: z.string() })).optional(),
  recipients: z.array(z.object({ mask: z.string(), suppressed: z.string().optional() })).optional(),
  route: z.array(z.looseObject({ provider: z.string() })).optional(),
});
export type ExplanationResponse = z.infer<typeof ExplanationResponse>;

const hold = {
  channel: 'email',
  id: '5d7c1d0a-7f0e-4f43-9c8e-0d3f5a1b2c3d',
  provider: 'first-provider',
  account: '1f3a5b7c9d0e',
  scope: 'all',
  state: 'held',
  round: 1,
  leftMs: 42_000,
  kind: 'throttled',
  code: 'http_429',
  meaning: 'The provider asks for a pause.',
  at: '2030-01-31T12:00:00.000Z',
};

export const providerExamples = {
  holds: { items: [hold] },
  explanation: {
    channel: 'email',
    lane: 'transactional',
    would: 'be sent',
    why: 'It goes by the first provider.',
    messageId: 'm-1',
    recipients: [{ mask: 'a***@inbox.test' }],
    route: [{ provider: 'first-provider', taken: true, why: 'it is the first' }],
  },
};
