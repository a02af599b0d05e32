import { oneLine, SuppressionScope, suppressionReasons, Tenant } from '#libs/contracts';
import { z } from 'zod';

/** Types of the schemas below, under names that differ from the schemas': see reporting's requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

const recipient = oneLine(320)
  .min(3)
  .describe(
    'An e-mail address or a phone number with its country’s code, in any spelling, or the keyed hash that a list ' +
      'shows.',
  );
const tenant = Tenant.optional().describe('Whose messages; left out: of every tenant.');
const scope = SuppressionScope.default('all');
const lifted = z
  .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
  .default(false)
  .describe('Those that were lifted as well.');
const note = oneLine(500).describe('Why, in words for whoever looks later. No personal data.');
const by = oneLine(100).describe('Who.');

export const SuppressionQuery = z.strictObject({
  scope: SuppressionScope.optional(),
  reason: oneLine(50).optional(),
  tenant: Tenant.optional().describe('Only those of this tenant alone; left out: all.'),
  lifted,
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(600).optional().describe('nextCursor of the page before.'),
});

export const RecipientSearch = z.strictObject({ recipient, lifted });

export const Addition = z.strictObject({
  recipient,
  scope,
  tenant,
  reason: z.enum(suppressionReasons).default('manual'),
  note,
  by,
});

export const Removal = z.strictObject({ recipient, scope, tenant, note, by });
