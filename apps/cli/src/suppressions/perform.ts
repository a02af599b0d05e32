import { setTimeout as delay } from 'node:timers/promises';
import type { ReportingApi } from '../environment/reporting-api.ts';
import { CliError } from '../errors.ts';
import type { SuppressionOrder } from './order.ts';
import { type ListRun, listLine, lineOf, type Suppression } from './words.ts';

const DONE = 0;
const NOT_THERE = 1;
/** The maximum page size of the API. */
const PAGE = 500;
/** A provider may ask for waits of 90 s between two pages. */
const RUN_WITHIN_MS = 600_000;
const LOOK_MS = 1_000;

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
    case 'remove':
      return change(api, order);
    case 'sync':
      return sync(api, order.json);
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

async function change(
  api: ReportingApi,
  { command, body, json }: Extract<SuppressionOrder, { command: 'add' | 'remove' }>,
): Promise<number> {
  const path = command === 'add' ? 'suppressions' : 'suppressions/remove';
  const changed = await api.call<Suppression>('POST', path, body);
  // The provider has a list of its own, and continues to refuse the recipient by it.
  const hint =
    command === 'remove' && changed.provider !== undefined
      ? [`It was ${changed.provider}’s word: take the recipient off its own list as well, or it goes on refusing.`]
      : [];
  print(json, changed, [lineOf(changed), ...hint]);
  return DONE;
}

async function sync(api: ReportingApi, json: boolean): Promise<number> {
  const asked = await api.call<{ items: { channel: string; run: number }[] }>('POST', 'suppressions/sync');
  const runs = await ended(api, new Map(asked.items.map(({ channel, run }) => [channel, run])));
  const lists = runs.flatMap((run) => run.lists);
  const failures = runs.flatMap(({ channel, failure }) => (failure === null ? [] : [{ channel, failure }]));
  print(json, { done: failures.length === 0, lists }, [
    ...lists.map(listLine),
    ...failures.map(
      ({ channel, failure }) =>
        `${channel}: it ended early (${failure}). Run it again: what is done is not done twice.`,
    ),
  ]);
  const isWhole = lists.every(({ trouble }) => trouble === undefined);
  return failures.length === 0 && isWhole ? DONE : NOT_THERE;
}

/**
 * Waits until the runs that were asked for, or later ones, have ended.
 * @param wanted by channel the number of the run
 */
async function ended(api: ReportingApi, wanted: ReadonlyMap<string, number>): Promise<ListRun[]> {
  const until = Date.now() + RUN_WITHIN_MS;
  for (;;) {
    const { items } = await api.call<{ items: ListRun[] }>('GET', 'suppressions/sync');
    const runs = items.filter(({ channel }) => wanted.has(channel));
    if (runs.every(({ channel, run, state }) => run >= wanted.get(channel)! && state !== 'running')) return runs;
    if (Date.now() > until)
      throw new CliError('The lists are still being taken over.', [
        'the channels go on with it by themselves; messaging suppressions sync shows how it ends',
      ]);
    await delay(LOOK_MS);
  }
}

function print(json: boolean, data: object, lines: readonly string[]): void {
  if (json) console.log(JSON.stringify(data, null, 2));
  else for (const line of lines) console.log(line);
}
