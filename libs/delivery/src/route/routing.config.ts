import { type Lane, milliseconds } from '#libs/contracts';
import { z } from 'zod';

/** Settings of the choice of a provider, the same in every channel. */
export const routingSettings = {
  ROUTE_WAIT_URGENT_MS: milliseconds(250).describe(
    'An urgent message waits for a provider at most this many milliseconds in memory, for all that could take it ' +
      'together; one that would wait longer is handed over to the retry service. Never longer than its claim allows ' +
      'a call to be written.',
  ),
  ROUTE_WAIT_TRANSACTIONAL_MS: milliseconds(2_000).describe('The same for transactional messages, in milliseconds.'),
  ROUTE_WAIT_BULK_MS: milliseconds(10_000).describe('The same for bulk messages, in milliseconds.'),
  RETRY_POLICY_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The policy file, the same as the retry service’s (docs/schemas/retry-policy.schema.json). A channel follows ' +
        'lanes.<lane>.providers.<channel>: in which order the lane prefers its providers. Read again when it changes.',
    ),
  VERIFIED_SENDERS_MS: milliseconds(300_000).describe(
    'How often the providers are asked which senders their accounts have verified, in milliseconds: a message goes ' +
      'by none that has not verified its sender while another one can take it.',
  ),
};

const schema = z.object(routingSettings);
export type RoutingConfig = z.infer<typeof schema>;

/** How long a message may wait for a provider in memory, by lane, in milliseconds. */
export const waitBudgetOf = (config: RoutingConfig): Record<Lane, number> => ({
  urgent: config.ROUTE_WAIT_URGENT_MS,
  transactional: config.ROUTE_WAIT_TRANSACTIONAL_MS,
  bulk: config.ROUTE_WAIT_BULK_MS,
});
