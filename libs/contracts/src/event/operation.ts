import { z } from 'zod';
import { Channel, Instant, Tenant } from '../request/primitives.ts';

/** What an operator can have done. The first five are controls (`messaging.control.changed`), the others are jobs. */
export const OperationKind = z.enum([
  'pause',
  'resume',
  'cancel',
  'withdraw',
  'lift',
  'redrive',
  'discard',
  'bring-forward',
  'suppress',
  'unsuppress',
  'sync',
]);
export type OperationKind = z.infer<typeof OperationKind>;

/** A service that carries out operations. */
export const OperatingService = z.enum([...Channel.options, 'retry']);
export type OperatingService = z.infer<typeof OperatingService>;

export const OperationId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,100}$/, 'may hold 1 to 100 letters, digits and . _ : -')
  .describe('Chosen by the caller (Idempotency-Key), or by reporting.');

/** How far a service is with an operation. The last three are final. */
export const OperationState = z.enum(['accepted', 'running', 'done', 'stopped', 'failed']);
export type OperationState = z.infer<typeof OperationState>;

/** A job of an operator: the value of `messaging.operation.requested`. Holds neither address nor content. */
export const OperationRequested = z.looseObject({
  eventId: z.string(),
  operationId: OperationId,
  kind: OperationKind,
  services: z.array(OperatingService).min(1).describe('Who is to carry it out: all others leave it alone.'),
  tenants: z.array(Tenant).min(1).optional().describe('Whose messages it may touch; missing: everybody’s.'),
  at: Instant.describe('When it was asked for: what came to be later is left alone.'),
  atMost: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('How many rows it may touch: what its preview showed. Missing: as many as there are.'),
  work: z.record(z.string(), z.unknown()).describe('What is to be done; its fields depend on kind.'),
  stop: z.boolean().optional().describe('End it: what it has done stays done.'),
});
export type OperationRequested = z.infer<typeof OperationRequested>;

/** How far one service is with an operation: the value of `messaging.operation.changed`. */
export const OperationChanged = z.looseObject({
  eventId: z.string().describe('Derived from operation, service and seq: a repeat has the same id.'),
  operationId: OperationId,
  service: OperatingService,
  seq: z.number().int().positive().describe('Counted per operation and service: a lower one changes nothing.'),
  state: OperationState,
  counts: z.record(z.string(), z.number().int().nonnegative()).describe('How many rows met which end so far.'),
  reason: z.string().max(500).optional().describe('Why it ended so, or what it waits for, in plain words.'),
  at: Instant,
});
export type OperationChanged = z.infer<typeof OperationChanged>;

const ended = new Set<OperationState>(['done', 'stopped', 'failed']);

/** Whether a service will do nothing more for the operation. */
export const isEnded = (state: OperationState): boolean => ended.has(state);
