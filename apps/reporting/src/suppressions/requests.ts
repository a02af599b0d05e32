import { Channel, oneLine, SuppressionScope, suppressionReasons, Tenant } from '#libs/contracts';
import { z } from 'zod';

/** Types of the schemas below, under names that differ from the schemas': see api/requests.ts. */
export type Parsed<S extends z.ZodType> = z.infer<S>;

const recipient = oneLine(320)
  .min(3)
  .describe(
    'An e-mail address or a phone number with its country’s code, in any spelling, or the keyed hash that a list ' +
      'shows. It is sent in the body, since proxies log URLs.',
  );
const scope = SuppressionScope.default('all');
const tenant = Tenant.optional().describe(
  'Whose messages. Left out: of every tenant, for a key of all tenants; else the only one that the key sees.',
);
const note = oneLine(500).describe('Why, in words for whoever looks later. No personal data.');
const channel = Channel.describe('The channel of the recipient.');

export const SuppressionQuery = z.strictObject({
  channel: Channel.optional().describe('Only this channel.'),
  scope: SuppressionScope.optional(),
  reason: oneLine(50).optional().describe('Such as hard-bounce, complaint, unsubscribe, stop, manual.'),
  tenant: Tenant.optional().describe('Only those of this tenant alone; left out: all that your key sees.'),
  lifted: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('true: also those that were lifted.'),
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('How many at most, 1 to 500.'),
  cursor: z.string().max(600).optional().describe('nextCursor of the page before.'),
});

export const SuppressionSearch = z.strictObject({
  recipient,
  channel: Channel.optional().describe('Only this channel.'),
  lifted: z.boolean().default(false).describe('Those that were lifted as well.'),
});

export const SuppressionAddition = z.strictObject({
  channel,
  recipient,
  scope,
  tenant,
  reason: z.enum(suppressionReasons).default('manual'),
  note,
});

export const SuppressionRemoval = z.strictObject({
  channel,
  recipient,
  scope,
  tenant,
  note,
  atProviders: z
    .boolean()
    .default(false)
    .describe(
      'Also has the providers take the recipient off their own lists of that scope. It needs the address, and a ' +
        'key-ring (CUSTODY_KEYRING_DIR): the address travels sealed.',
    ),
});
