import { Channel, Instant, Lane, oneLine, OperationId, ProviderName, Tenant } from '#libs/contracts';
import { z } from 'zod';

/** Types of the schemas below, under names that differ from the schemas': see api/requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

const template = oneLine(100).min(1).describe('The name of a template, as requests have it.');
const reason = oneLine(200)
  .min(1)
  .describe('Why. It shows in the timeline of each message that it keeps back: no personal data.');

const Target = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('provider'), channel: Channel, provider: ProviderName }),
      z.strictObject({ kind: z.literal('channel'), channel: Channel }),
      z.strictObject({
        kind: z.literal('lane'),
        lane: Lane,
        channel: Channel.optional().describe('Left out: the lane of every channel.'),
      }),
      z.strictObject({ kind: z.literal('tenant'), tenant: Tenant }),
      z.strictObject({ kind: z.literal('template'), template }),
    ],
    { error: 'must have a kind: provider, channel, lane, tenant or template' },
  )
  .describe('What it is about: a provider, a channel, a lane (of a channel or of all), a tenant or a template.');

export const PauseOrder = z.strictObject({
  target: Target,
  reason,
  until: Instant.optional().describe('It ends by itself then; left out: when it is resumed.'),
});

export const ResumeOrder = z.strictObject({ target: Target, reason });

const filterFields = {
  all: z.literal(true).optional().describe('Every message of every tenant and channel; it stands alone.'),
  channel: Channel.optional(),
  tenant: Tenant.optional(),
  tag: oneLine(64).min(1).optional(),
  template: template.optional(),
  recipient: oneLine(254)
    .min(3)
    .optional()
    .describe('An e-mail address, or a phone number with its country’s code. Only its keyed hash is kept.'),
};

const Filter = z
  .strictObject(filterFields)
  .superRefine(({ all, ...fields }, context) => {
    const given = Object.values(fields).some((value) => value !== undefined);
    if (!given && !all)
      context.addIssue({
        code: 'custom',
        message: 'is empty: name channel, tenant, tag, template or recipient, or say "all": true',
      });
    if (given && all) context.addIssue({ code: 'custom', path: ['all'], message: 'must stand alone' });
  })
  .describe('Which messages: those for which every field holds that is given.');

export const CancelOrder = z.strictObject({ filter: Filter, reason });

export const CancelPreview = z.strictObject({ filter: Filter });

export const WithdrawOrder = z.strictObject({
  operationId: OperationId.describe('Of the cancellation by filter, as the list shows it.'),
  reason,
});

export const PausePreview = z.strictObject({ target: Target, until: PauseOrder.shape.until });

export const LiftOrder = z.strictObject({
  channel: Channel.describe('Of the hold, as the list shows it.'),
  holdId: z.guid('must be the id of a hold').describe('The id of the hold; one that has taken its place stays.'),
  reason,
});

export const ControlQuery = z.strictObject({
  ended: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('true: also what is over.'),
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('How many at most, 1 to 500.'),
  cursor: z.string().max(500).optional().describe('nextCursor of the page before.'),
});
