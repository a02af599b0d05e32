import { CancelRule, ControlTarget, Instant } from '#libs/contracts';
import { z } from 'zod';

export const ControlResponse = z.object({
  key: z.string().describe('Kind and target; of a cancellation its rule, of a lift its hold.'),
  kind: z.enum(['pause', 'cancel', 'lift']),
  inForce: z.boolean(),
  target: ControlTarget.optional().describe('pause: what it is about.'),
  rule: CancelRule.optional().describe('cancel: which messages.'),
  holdId: z.string().optional().describe('lift: of which hold.'),
  reason: z.string().describe('Of its last change, in the words of who made it.'),
  by: z.string().describe('Who made it: key:<id> or oidc:<subject>.'),
  at: Instant.describe('When it was made.'),
  until: Instant.nullable().describe('When it ends by itself; null: it does not.'),
  operationId: z
    .string()
    .describe(
      'GET /v1/operations/{operationId} says how far each service is with it; of a cancellation the one that made it.',
    ),
  published: z.boolean().describe('Kafka has it.'),
});
export type ControlResponse = z.infer<typeof ControlResponse>;

export const ControlList = z.object({
  items: z.array(ControlResponse).describe('Newest first.'),
  nextCursor: z.string().nullable().describe('Asks for the next page; null on the last.'),
});
export type ControlList = z.infer<typeof ControlList>;

export const CancelPreviewResponse = z.object({
  messages: z.number().int().describe('How many have not ended that the filter is about.'),
  byStatus: z
    .record(z.string(), z.number().int())
    .describe('scheduled and retrying wait in retry; accepted are under way; unconfirmed are looked for, and go on.'),
});
export type CancelPreviewResponse = z.infer<typeof CancelPreviewResponse>;

export const PausePreviewResponse = z.object({
  messages: z
    .number()
    .int()
    .describe('How many wait in retry now that it would keep back. What comes later is not known.'),
  expireBeforeEnd: z
    .number()
    .int()
    .nullable()
    .describe('How many of them expire before its end; null: it has none, so all of them may.'),
  firstExpiresAt: Instant.nullable().describe('When the first of them expires.'),
  complete: z.boolean().describe('false: there are more than could be looked at; the numbers are of some of them.'),
});
export type PausePreviewResponse = z.infer<typeof PausePreviewResponse>;

const pause = {
  key: 'pause:tenant:shop',
  kind: 'pause' as const,
  inForce: true,
  target: { kind: 'tenant' as const, tenant: 'shop' },
  reason: 'Wrong prices in the sale mails.',
  by: 'key:w3CqT81bZk',
  at: '2030-01-31T12:00:00.000Z',
  until: '2030-01-31T14:00:00.000Z',
  operationId: '0f8fad5b-d9cb-469f-a165-70867728950e',
  published: true,
};

const operation = {
  operationId: pause.operationId,
  kind: 'pause',
  state: 'done',
  missing: [],
  counts: {},
  tenants: ['shop'],
  atMost: null,
  work: { target: pause.target, until: pause.until },
  reason: pause.reason,
  askedBy: pause.by,
  askedAt: pause.at,
  stopAskedBy: null,
  stopAskedAt: null,
  services: [{ service: 'email', state: 'done', counts: {}, reason: null, at: '2030-01-31T12:00:33.000Z' }],
};

export const controlExamples = {
  list: { items: [pause], nextCursor: null },
  pause: { target: pause.target, reason: pause.reason, until: pause.until },
  resume: { target: pause.target, reason: 'The prices are right again.' },
  cancel: { filter: { tenant: 'shop', tag: 'sale' }, reason: pause.reason },
  lift: { channel: 'email' as const, holdId: '5b1c7c4e-7c7c-4b0c-9a53-0f3c9d1f2a10', reason: 'The key is renewed.' },
  withdraw: { operationId: pause.operationId, reason: 'The prices were right.' },
  pausePreview: { target: pause.target, until: pause.until },
  pausePreviewed: { messages: 320, expireBeforeEnd: 12, firstExpiresAt: '2030-01-31T12:40:00.000Z', complete: true },
  preview: { messages: 1_204, byStatus: { scheduled: 1_200, accepted: 4 } },
  operation,
};
