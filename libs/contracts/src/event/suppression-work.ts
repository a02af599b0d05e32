import { z } from 'zod';
import { Channel, Tenant } from '../request/primitives.ts';
import { oneLine } from '../text/text.ts';
import { suppressionReasons, SuppressionScope } from './suppression.ts';

/** The one suppression that a job is about. Its recipient became a hash at the door: no address travels here. */
const slot = {
  channel: Channel,
  recipient: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'must be a keyed hash')
    .describe('Keyed hash.'),
  scope: SuppressionScope,
  tenant: Tenant.optional().describe('Whose messages; missing: of every tenant.'),
  note: oneLine(500).describe('Why, in words for whoever looks later.'),
  by: z.string().min(1).max(200).describe('Who asked for it.'),
};

/** The work of `suppress`. */
export const SuppressWork = z.looseObject({
  ...slot,
  reason: z.enum(suppressionReasons),
  mask: z.string().max(400).optional().describe('The recipient, masked.'),
});
export type SuppressWork = z.infer<typeof SuppressWork>;

/** The work of `unsuppress`. */
export const UnsuppressWork = z.looseObject({
  ...slot,
  sealedAddress: z
    .string()
    .max(8_100)
    .optional()
    .describe(
      'The recipient’s address, where its providers are to take it off their lists as well: sealed under a key that ' +
        'is kept for some weeks, and for this very job alone.',
    ),
});
export type UnsuppressWork = z.infer<typeof UnsuppressWork>;

/**
 * What a sealed address is bound to. Put into another job, or beside another recipient, scope, tenant or channel, it
 * does not open.
 */
export const sealedAddressContext = (
  operationId: string,
  { channel, recipient, scope, tenant }: Pick<UnsuppressWork, 'channel' | 'recipient' | 'scope' | 'tenant'>,
): Record<string, string> => ({
  kind: 'unsuppress',
  operationId,
  channel,
  recipient,
  scope,
  ...(tenant !== undefined && { tenant }),
});

/** The work of `sync`: each channel takes over the lists of its own providers. */
export const SyncWork = z.looseObject({});
export type SyncWork = z.infer<typeof SyncWork>;
