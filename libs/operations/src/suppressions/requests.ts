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
const note = oneLine(500).describe('Why, in words for whoever looks later. No personal data.');
const by = oneLine(100).describe('Who.');

export const Addition = z.strictObject({
  recipient,
  scope,
  tenant,
  reason: z.enum(suppressionReasons).default('manual'),
  note,
  by,
});

export const Removal = z.strictObject({ recipient, scope, tenant, note, by });
