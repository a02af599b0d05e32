import { z } from 'zod';
import { Channel, Instant, Lane, MessageId, ProviderName, Tenant } from '../request/primitives.ts';

/** Why a message was given up. */
export const LetterReason = z.enum(['failed', 'expired', 'exhausted', 'unconfirmed']);
export type LetterReason = z.infer<typeof LetterReason>;

/** What can become of a dead letter. */
export const LetterState = z
  .enum(['open', 'redriven', 'discarded', 'resolved'])
  .describe(
    'open: nobody has dealt with it; redriven: it was sent on its way again; discarded: an operator put it aside; ' +
      'resolved: a receipt proved that its message had been taken after all.',
  );
export type LetterState = z.infer<typeof LetterState>;

const code = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\w.:+-]+$/, 'may hold letters, digits and . _ : + -');

const letterFields = {
  all: z.literal(true).optional().describe('Every dead letter: alone, since an empty filter is refused.'),
  channel: Channel.optional(),
  tenant: Tenant.optional(),
  lane: Lane.optional(),
  reason: LetterReason.optional().describe('Why they were given up.'),
  code: code.optional().describe('The code of the last failure.'),
  provider: ProviderName.describe('The provider of the last failure.').optional(),
  template: z.string().min(1).max(100).optional().describe('The template they are made of.'),
  messageId: MessageId.optional(),
  operationId: z.string().min(1).max(100).optional().describe('Given up again after this redrive.'),
  since: Instant.optional().describe('Given up at or after.'),
  until: Instant.optional().describe('Given up before.'),
};

/** Which dead letters are meant: those that meet all that is named. */
export const LetterFilter = z.strictObject(letterFields).superRefine((filter, context) => {
  const named = Object.entries(filter).filter(([, value]) => value !== undefined);
  if (named.length === 0)
    context.addIssue({ code: 'custom', path: [], message: 'is empty: name what is meant, or say all: true' });
  if (filter.all && named.length > 1)
    context.addIssue({ code: 'custom', path: ['all'], message: 'stands alone: it means every dead letter' });
  if (filter.since && filter.until && Date.parse(filter.since) >= Date.parse(filter.until))
    context.addIssue({ code: 'custom', path: ['since'], message: 'must be before until' });
});
export type LetterFilter = z.infer<typeof LetterFilter>;

/** How dead letters are sent on their way again. */
export const redriveFields = {
  includeUnconfirmed: z
    .boolean()
    .default(false)
    .describe(
      'Also those of which a call’s answer was lost, so that they may have arrived: a second copy is possible.',
    ),
  expiresAt: Instant.optional().describe('Until when they may be sent; left out: as it was. Those expired are left.'),
  template: z
    .enum(['pinned', 'current'])
    .default('pinned')
    .describe('Of a template of ours: the version that the first hop took, or the one of now.'),
  provider: ProviderName.describe('Preferred from now on; left out: as the request says.').optional(),
  failureShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('It stops itself once more than this share of what went was given up again.'),
  perSecond: z.number().int().min(1).max(1_000).default(100).describe('How many go in a second once it has ramped up.'),
};

/** The work of a redrive. */
export const RedriveWork = z.looseObject({ filter: LetterFilter, ...redriveFields });
export type RedriveWork = z.infer<typeof RedriveWork>;

/** The work of a discard. */
export const DiscardWork = z.looseObject({ filter: LetterFilter });
export type DiscardWork = z.infer<typeof DiscardWork>;

/** The work of bringing the waiting plan of one message forward. */
export const BringForwardWork = z.looseObject({
  tenant: Tenant,
  channel: Channel,
  messageId: MessageId,
  provider: ProviderName.describe('Preferred from now on; left out: as the request says.').optional(),
});
export type BringForwardWork = z.infer<typeof BringForwardWork>;
