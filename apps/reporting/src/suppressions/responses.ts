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
};
