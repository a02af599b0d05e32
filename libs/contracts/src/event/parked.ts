import { z } from 'zod';
import { Instant } from '../request/primitives.ts';

/**
 * How much retry has parked: the value of `messaging.parked.changed`. It is repeated while too much is, and holds for
 * `forMs` from its Kafka time: where nothing more is heard, it is over.
 */
export const ParkedChanged = z.looseObject({
  parked: z.number().int().nonnegative().describe('Messages that wait for a provider; counted up to `limit`.'),
  limit: z.number().int().positive().describe('Above this many bulk requests stay in Kafka, until half of it is left.'),
  isFull: z.boolean().describe('Whether bulk requests are to stay in Kafka.'),
  forMs: z.number().int().nonnegative().describe('How long this holds, in milliseconds.'),
  at: Instant,
});
export type ParkedChanged = z.infer<typeof ParkedChanged>;
