import { milliseconds } from '#libs/contracts';
import { z } from 'zod';

// A sender with less than one message in ten seconds would make its replicas wait for each other's slices for minutes.
const LEAST_SENDER_RATE = 0.1;

const senderRate = new RegExp(String.raw`^[^=,\s]+=\d+(\.\d+)?$`);

/** Settings of the rate permits, the same in every channel. */
export const permitSettings = {
  TENANT_RATE_PER_S: z.coerce
    .number()
    .positive()
    .optional()
    .describe('Most messages of one tenant a second in this channel, of all replicas together; unset: unlimited.'),
  SENDER_RATES: z
    .string()
    .default('')
    .refine(
      (text) => text === '' || text.split(',').every(isSenderRate),
      `must be sender=rate pairs separated by commas, such as +15005550006=1,*=10, each at least ${LEAST_SENDER_RATE}`,
    )
    .describe(
      'Most messages a second of single senders (numbers, addresses), of all replicas together: sender=rate, ' +
        'separated by commas; * is every other sender. Unset: unlimited.',
    ),
  SENDER_RESERVATION_MS: milliseconds(2_000).describe(
    'How far ahead one replica reserves the moments of a slow sender, in milliseconds: what is reserved and not ' +
      'used is lost.',
  ),
  PERMIT_BURST_MS: z.coerce
    .number()
    .int()
    .min(20)
    .default(1_000)
    .describe('Unused calls of a provider or tenant are saved up for this many milliseconds; at least one is.'),
};

const schema = z.object(permitSettings);
export type PermitConfig = z.infer<typeof schema>;

function isSenderRate(pair: string): boolean {
  return senderRate.test(pair.trim()) && Number(pair.slice(pair.lastIndexOf('=') + 1)) >= LEAST_SENDER_RATE;
}

/** `SENDER_RATES` by sender. */
export function senderRatesOf({ SENDER_RATES }: Pick<PermitConfig, 'SENDER_RATES'>): ReadonlyMap<string, number> {
  const pairs = SENDER_RATES.split(',').filter((pair) => pair.trim() !== '');
  return new Map(
    pairs.map((pair) => {
      const [sender, perS] = pair.trim().split('=');
      return [sender!, Number(perS)];
    }),
  );
}
