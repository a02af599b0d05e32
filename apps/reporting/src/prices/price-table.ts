import { Channel } from '#libs/contracts';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const amount = z
  .number({ error: 'must be a number, such as 0.0079' })
  .nonnegative('must not be negative')
  .max(1_000, 'must be at most 1000');

const price = z.strictObject({
  channel: Channel.describe('email, sms.'),
  provider: z.string().min(1).max(64).optional().describe('Left out: any provider.'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a country by its two letters, such as DE')
    .optional()
    .describe('Of the number that it went to, ISO 3166. Left out: any country.'),
  unit: z
    .enum(['segment', 'message'], { error: 'must be segment or message' })
    .describe('segment: each part of a text; message: each recipient of a mail, each text with a picture.'),
  amount: amount.describe('In the table’s currency, for one unit.'),
  from: z.iso
    .date('must be a day, such as 2026-01-01')
    .optional()
    .describe('Applies to messages that were asked for on this day or later, UTC. Left out: from the beginning.'),
});

/** A price table, as YAML or JSON reads it. */
export const PriceTable = z
  .strictObject({
    currency: z
      .string({ error: 'must be a currency by its three letters, such as EUR' })
      .regex(/^[A-Z]{3}$/, 'must be a currency by its three letters, such as EUR')
      .describe('ISO 4217.'),
    prices: z.array(price).max(10_000).describe('Of those that fit, the one that says most applies, then the latest.'),
  })
  .describe('What messages cost.');
export type PriceTable = z.infer<typeof PriceTable>;
export type Price = PriceTable['prices'][number];

/** Reads a price table; what is wrong with it is named by its place. */
export function readPriceTable(text: string): { value: PriceTable } | { problems: string[] } {
  const document = parseDocument(text);
  if (document.errors.length > 0)
    return { problems: document.errors.map(({ message }) => `it is no YAML: ${message.split('\n')[0]}`) };
  const read = PriceTable.safeParse(document.toJS() ?? {});
  if (!read.success)
    return {
      problems: read.error.issues.map(({ path, message }) =>
        path.length > 0 ? `${path.join('.')}: ${message}` : message,
      ),
    };
  const twice = doubles(read.data.prices);
  return twice.length > 0 ? { problems: twice } : { value: read.data };
}

function doubles(prices: readonly Price[]): string[] {
  const seen = new Map<string, number>();
  return prices.flatMap(({ channel, provider, country, unit, from }, index) => {
    const key = JSON.stringify([channel, provider ?? null, country ?? null, unit, from ?? null]);
    const first = seen.get(key);
    if (first !== undefined) return [`prices.${index}: says the same as prices.${first}`];
    seen.set(key, index);
    return [];
  });
}
