import { Instant, OperatingService, OperationKind, OperationState } from '#libs/contracts';
import { z } from 'zod';

const Counts = z.record(z.string(), z.number().int()).describe('How many rows met which end so far.');
const Overall = z.enum(['requested', ...OperationState.options]);

export const OperationResponse = z.object({
  operationId: z.string().describe('The Idempotency-Key it was asked for with, or one that was made.'),
  kind: OperationKind,
  state: Overall.describe('requested: no service has taken it up yet. done, stopped and failed are final.'),
  missing: z.array(OperatingService).describe('Services that have said nothing for a minute: look whether they run.'),
  counts: Counts,
  tenants: z.union([z.literal('all'), z.array(z.string())]).describe('Whose messages it may touch.'),
  atMost: z.number().int().nullable().describe('How many rows it may touch; null: as many as there are.'),
  work: z.record(z.string(), z.unknown()).describe('What is done.'),
  reason: z.string().nullable().describe('Why, in the words of who asked.'),
  askedBy: z.string().describe('key:<id> or oidc:<subject>.'),
  askedAt: Instant,
  stopAskedBy: z.string().nullable(),
  stopAskedAt: Instant.nullable(),
  services: z.array(
    z.object({
      service: OperatingService,
      state: OperationState.nullable().describe('null: it has not said anything yet.'),
      counts: Counts,
      reason: z.string().nullable(),
      at: Instant.nullable().describe('When it said so.'),
    }),
  ),
});
export type OperationResponse = z.infer<typeof OperationResponse>;

export const OperationList = z.object({
  items: z.array(OperationResponse).describe('Newest first.'),
  nextCursor: z.string().nullable().describe('Asks for the next page; null on the last.'),
});
export type OperationList = z.infer<typeof OperationList>;

const example = {
  operationId: 'redrive-after-outage',
  kind: 'redrive',
  state: 'running',
  missing: [],
  counts: { redriven: 350, expired: 2 },
  tenants: ['shop'],
  atMost: 1_204,
  work: { filter: { reason: 'exhausted' }, template: 'pinned' },
  reason: 'The provider is back.',
  askedBy: 'key:w3CqT81bZk',
  askedAt: '2030-01-31T12:00:00.000Z',
  stopAskedBy: null,
  stopAskedAt: null,
  services: [
    {
      service: 'retry',
      state: 'running',
      counts: { redriven: 350, expired: 2 },
      reason: null,
      at: '2030-01-31T12:00:31.000Z',
    },
  ],
};

export const operationExamples = { one: example, list: { items: [example], nextCursor: null } };
