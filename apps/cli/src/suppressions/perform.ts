import { Channel } from '#libs/contracts';
import { catalogues } from '../catalogue.ts';
import type { Suppression, SuppressionsClient, SyncLine } from './client.ts';
import type { SuppressionOrder } from './order.ts';
import { lineOf, totalLine, totalsOf } from './words.ts';

const DONE = 0;
const NOT_THERE = 1;
/** The maximum page size of the API. */
const PAGE = 500;

/** The lists that providers keep themselves. */
const channelsWithLists = Channel.options.filter((channel) =>
  catalogues[channel].some((provider) => 'lists' in provider),
);

/**
 * Executes an order and shows the result.
 * @returns the exit code
 */
export async function perform(client: SuppressionsClient, order: SuppressionOrder): Promise<number> {
  switch (order.command) {
    case 'list':
      return list(client, order);
    case 'show': {
      const { suppressions } = await client.call<{ suppressions: Suppression[] }>(order.channel, 'POST', '/search', {
        recipient: order.recipient,
        lifted: true,
      });
      print(
        order.json,
        { suppressions },
        suppressions.length === 0 ? ['Nothing is known against this recipient.'] : suppressions.map(lineOf),
      );
      return suppressions.some(({ lifted }) => !lifted) ? DONE : NOT_THERE;
    }
    case 'add':
    case 'remove':
      return change(client, order);
    case 'sync':
      return sync(client, order.json);
  }
}

async function list(
  client: SuppressionsClient,
  { channels, filter, limit, json }: Extract<SuppressionOrder, { command: 'list' }>,
): Promise<number> {
  const pages = await Promise.all(channels.map((channel) => upTo(client, channel, filter, limit)));
  const found = pages.flatMap(({ suppressions }) => suppressions);
  const more = pages.some((page) => page.more);
  print(json, { suppressions: found, more }, [
    ...found.map(lineOf),
    `${found.length} suppression(s)${more ? ', and more: --limit' : ''}.`,
  ]);
  return DONE;
}

/** Reads pages until there are enough entries. */
async function upTo(
  client: SuppressionsClient,
  channel: Channel,
  filter: Record<string, string>,
  limit: number,
): Promise<{ suppressions: Suppression[]; more: boolean }> {
  const suppressions: Suppression[] = [];
  for (let cursor: string | null = ''; cursor !== null && suppressions.length < limit;) {
    const query = new URLSearchParams({
      ...filter,
      limit: String(Math.min(PAGE, limit - suppressions.length)),
      cursor,
    });
    const page: { suppressions: Suppression[]; nextCursor: string | null } = await client.call(
      channel,
      'GET',
      `?${query.toString()}`,
    );
    suppressions.push(...page.suppressions);
    cursor = page.nextCursor;
    if (suppressions.length >= limit) return { suppressions, more: cursor !== null };
  }
  return { suppressions, more: false };
}

async function change(
  client: SuppressionsClient,
  { command, channel, body, json }: Extract<SuppressionOrder, { command: 'add' | 'remove' }>,
): Promise<number> {
  const changed = await client.call<Suppression>(channel, 'POST', command === 'add' ? '' : '/remove', body);
  // The provider has a list of its own, and continues to refuse the recipient by it.
  const hint =
    command === 'remove' && changed.provider !== undefined
      ? [`It was ${changed.provider}’s word: take the recipient off its own list as well, or it goes on refusing.`]
      : [];
  print(json, changed, [lineOf(changed), ...hint]);
  return DONE;
}

async function sync(client: SuppressionsClient, json: boolean): Promise<number> {
  const ends: SyncLine[] = [];
  const lines: SyncLine[] = [];
  for (const channel of channelsWithLists) {
    for await (const line of client.lines(channel, '/sync')) lines.push(line);
    ends.push(lines.at(-1) ?? {});
  }
  const totals = totalsOf(lines);
  const end = ends.find(({ done }) => done !== true);
  const broken = end && (end.error?.message ?? 'the answer was cut off');
  print(json, { done: broken === undefined, lists: totals }, [
    ...totals.map(totalLine),
    ...(broken === undefined
      ? []
      : [`It ended early: ${broken}. ${end?.error?.remedy ?? 'Run it again: what is done is not done twice.'}`]),
  ]);
  return broken === undefined && totals.every(({ trouble }) => trouble === undefined) ? DONE : NOT_THERE;
}

function print(json: boolean, data: object, lines: readonly string[]): void {
  if (json) console.log(JSON.stringify(data, null, 2));
  else for (const line of lines) console.log(line);
}
