import { type Bucket, quantileOf } from '../counts/took.policy.ts';
import { type ChargedUnits, costOf } from '../prices/cost.policy.ts';
import type { PriceTable } from '../prices/price-table.ts';
import type { AttemptRow, CountRow } from './reports.port.ts';
import type { CostReport, DeliveryReport, ProviderReport, TookReport } from './responses.ts';

/** Statuses that a message ends in without delivery, or is sent back with. */
export const failingStatuses: readonly string[] = [
  'bounced',
  'failed',
  'rejected',
  'suppressed',
  'expired',
  'unconfirmed',
];

type StatusItem = DeliveryReport['items'][number] & { statuses: Record<string, number> };

const keyOf = ({ at, group }: Pick<CountRow, 'at' | 'group'>): string =>
  JSON.stringify([at, ...Object.entries(group).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** Rows by status, put together into one for each time and group. */
export function byStatus(rows: readonly CountRow[], isGroup: boolean): DeliveryReport['items'] {
  const items = new Map<string, StatusItem>();
  for (const { at, group, messages } of rows) {
    const { status = '', ...others } = group;
    const own = isGroup ? group : others;
    const key = keyOf({ at, group: own });
    const item: StatusItem = items.get(key) ?? { at: at?.toISOString() ?? null, group: own, messages: 0, statuses: {} };
    item.messages += messages;
    item.statuses[status] = (item.statuses[status] ?? 0) + messages;
    items.set(key, item);
  }
  return inOrder([...items.values()]);
}

/** Buckets, put together into the quantiles of each time and group. */
export function quantiles(rows: readonly (CountRow & Bucket)[]): TookReport['items'] {
  const groups = Map.groupBy(rows, keyOf);
  const items = [...groups.values()].map((buckets) => {
    const { at, group } = buckets[0]!;
    return {
      at: at?.toISOString() ?? null,
      group,
      messages: sumOf(buckets),
      p50: secondsOf(buckets, 0.5),
      p90: secondsOf(buckets, 0.9),
      p95: secondsOf(buckets, 0.95),
      p99: secondsOf(buckets, 0.99),
    };
  });
  return inOrder(items);
}

/** Each provider beside the others: its calls, what became of its messages, and how long they took. */
export function compared(
  attempts: readonly AttemptRow[],
  messages: readonly CountRow[],
  took: readonly (CountRow & Bucket)[],
): ProviderReport['items'] {
  const ofProvider = (provider: string) => (row: CountRow) => row.group.provider === provider;
  const names = new Set([...attempts.map(({ provider }) => provider), ...messages.map(({ group }) => group.provider!)]);
  return [...names]
    .filter((provider) => provider !== '')
    .sort()
    .map((provider) => {
      const own = messages.filter(ofProvider(provider));
      const buckets = took.filter(ofProvider(provider));
      const calls = attempts.filter((each) => each.provider === provider);
      return {
        provider,
        attempts: Object.fromEntries(calls.map(({ outcome, attempts: count }) => [outcome, count])),
        messages: sumOf(own),
        delivered: sumOf(own.filter(({ group }) => group.status === 'delivered')),
        p50: secondsOf(buckets, 0.5),
        p95: secondsOf(buckets, 0.95),
      };
    });
}

/** What units cost, the days of each kind together. */
export function costs(
  rows: readonly (ChargedUnits & { tenant: string })[],
  table: PriceTable | undefined,
): CostReport['items'] {
  const kinds = Map.groupBy(rows, ({ tenant, channel, provider, country, unit }) =>
    JSON.stringify([tenant, channel, provider, country, unit]),
  );
  return [...kinds]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, own]) => {
      const { tenant, channel, provider, country, unit } = own[0]!;
      const units = own.reduce((sum, each) => sum + each.units, 0);
      const { amount, unpriced } = table ? costOf(table, own) : { amount: 0, unpriced: units };
      return { tenant, channel, provider, country, unit, units, amount: Number(amount.toFixed(6)), unpriced };
    });
}

const sumOf = (rows: readonly { messages: number }[]): number => rows.reduce((sum, { messages }) => sum + messages, 0);

function secondsOf(buckets: readonly Bucket[], share: number): number | null {
  const seconds = quantileOf(buckets, share);
  return seconds === undefined || !Number.isFinite(seconds) ? null : seconds;
}

/** The earliest first; of one time by the group. */
export function inOrder<I extends { at: string | null; group: object }>(items: readonly I[]): I[] {
  const key = ({ at, group }: I) => `${at ?? ''} ${JSON.stringify(group)}`;
  return items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
