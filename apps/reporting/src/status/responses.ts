import { OperatingService } from '#libs/contracts';
import { z } from 'zod';

const count = z.number().int();

export const Concern = z.object({
  about: z.enum(['service', 'lag', 'hold', 'pause', 'messages', 'records', 'operations']),
  says: z.string().describe('In plain words, with the command that says more.'),
});
export type Concern = z.infer<typeof Concern>;

export const StatusReport = z.object({
  needsHands: z.boolean().describe('Whether something stands still that does not go on by itself.'),
  concerns: z.array(Concern).describe('What that is; none: nothing has to be done.'),
  services: z.array(
    z.object({
      service: z.string(),
      address: z.string().nullable().describe('Where it was asked: each that the settings name; null: here.'),
      replica: z.string().nullable().describe('Its host name; null: it does not answer.'),
      status: z.enum(['ok', 'degraded', 'down', 'away']),
      checks: z.array(z.object({ name: z.string(), status: z.string(), meaning: z.string(), remedy: z.string() })),
    }),
  ),
  lag: z.array(
    z.object({ group: z.string(), records: count, topics: z.array(z.object({ topic: z.string(), records: count })) }),
  ),
  holds: z.array(
    z.object({
      channel: z.string(),
      provider: z.string(),
      scope: z.string(),
      code: z.string(),
      leftMs: count.describe('0: its time is over, and the next message probes; it keeps nothing back.'),
    }),
  ),
  pauses: z.array(z.object({ key: z.string(), reason: z.string().nullable() })),
  waiting: z
    .object({ scheduled: z.number().nullable(), parked: z.number().nullable(), latenessS: z.number().nullable() })
    .nullable()
    .describe('What retry keeps; null: it does not answer.'),
  openLetters: count.describe('Dead letters that nobody has decided on.'),
  quarantined: z.array(z.object({ code: z.string(), origin: z.string(), records: count })).describe('Within a day.'),
  operations: z.array(
    z.object({ operationId: z.string(), kind: z.string(), state: z.string(), missing: z.array(OperatingService) }),
  ),
});
export type StatusReport = z.infer<typeof StatusReport>;

export const statusExample = {
  needsHands: true,
  concerns: [{ about: 'messages', says: '12 dead letter(s) are open: messaging letters causes' }],
  services: [{ service: 'email', address: 'http://email:9470', replica: 'email-0', status: 'ok', checks: [] }],
  lag: [{ group: 'messaging.email', records: 3, topics: [{ topic: 'messaging.email.requested', records: 3 }] }],
  holds: [],
  pauses: [],
  waiting: { scheduled: 40, parked: 0, latenessS: 0 },
  openLetters: 12,
  quarantined: [],
  operations: [],
};
