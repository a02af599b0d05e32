import type { ReportingApi } from '../environment/reporting-api.ts';
import { make } from '../ops/perform.ts';
import type { SuppressionOrder } from './order.ts';
import { lineOf, type Suppression } from './words.ts';

const DONE = 0;
const NOT_THERE = 1;
/** The maximum page size of the API. */
const PAGE = 500;

/**
 * Executes an order and shows the result.
 * @returns the exit code
 */
export async function perform(api: ReportingApi, order: SuppressionOrder): Promise<number> {
  switch (order.command) {
    case 'list':
      return list(api, order);
    case 'show': {
      const { channel, recipient } = order;
      const search = { channel, recipient, lifted: true };
      const { items } = await api.call<{ items: Suppression[] }>('POST', 'suppressions/search', search);
      const lines = items.length === 0 ? ['Nothing is known against this recipient.'] : items.map(lineOf);
      print(order.json, { suppressions: items }, lines);
      return items.some(({ lifted }) => !lifted) ? DONE : NOT_THERE;
    }
    case 'add':
    case 'remove': {
      const { command, body, ...how } = order;
      return make(api, command === 'add' ? 'suppressions' : 'suppressions/remove', body, {
        ...how,
        notForMissing: true,
      });
    }
    case 'sync':
      return make(api, 'suppressions/sync', undefined, {
        id: order.id,
        wait: true,
        json: order.json,
        notForMissing: true,
      });
  }
}

async function list(
  api: ReportingApi,
  { filter, limit, json }: Extract<SuppressionOrder, { command: 'list' }>,
): Promise<number> {
  const { suppressions, more } = await upTo(api, filter, limit);
  print(json, { suppressions, more }, [
    ...suppressions.map(lineOf),
    `${suppressions.length} suppression(s)${more ? ', and more: --limit' : ''}.`,
  ]);
  return DONE;
}

/** Reads pages until there are enough entries. */
async function upTo(
  api: ReportingApi,
  filter: Record<string, string>,
  limit: number,
): Promise<{ suppressions: Suppression[]; more: boolean }> {
  const suppressions: Suppression[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const most = String(Math.min(PAGE, limit - suppressions.length));
    const query = new URLSearchParams({ ...filter, limit: most, cursor });
    const page: { items: Suppression[]; nextCursor: string | null } = await api.call(
      'GET',
      `suppressions?${query.toString()}`,
    );
    suppressions.push(...page.items);
    cursor = page.nextCursor;
    if (suppressions.length >= limit) return { suppressions, more: cursor !== null };
  }
  return { suppressions, more: false };
}

function print(json: boolean, data: object, lines: readonly string[]): void {
  if (json) console.log(JSON.stringify(data, null, 2));
  else for (const line of lines) console.log(line);
}
