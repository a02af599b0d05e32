/** `npm run suppressions`: who must not be written to, and why. */
import { readFileSync } from 'node:fs';
import type { Channel } from '#libs/contracts';
import { explain } from '../problem.ts';
import { withRunningStack } from '../environment/running-system.ts';
import { withEnvFile } from '../environment/env.ts';
import {
  parseSuppressionOrder,
  type SuppressionOrder,
  usage,
  SuppressionUsageError,
} from '../suppressions/arguments.ts';
import { Refused, type Suppression, SuppressionsClient, type SyncLine } from '../suppressions/client.ts';
import { lineOf, totalLine, totalsOf } from '../suppressions/words.ts';

const DONE = 0;
const NOT_THERE = 1;
const USAGE_ERROR = 2;
/** The most that the API gives at once. */
const PAGE = 500;

async function main(): Promise<number> {
  const order = parseSuppressionOrder(process.argv.slice(2), () => readFileSync(0, 'utf8'));
  if (order.command === 'help') {
    console.log(usage);
    return DONE;
  }
  const client = new SuppressionsClient(withRunningStack(withEnvFile(process.env)));
  switch (order.command) {
    case 'list':
      return list(client, order);
    case 'show': {
      const { suppressions } = await client.call<{ suppressions: Suppression[] }>(order.channel, 'POST', '/search', {
        recipient: order.recipient,
        lifted: true,
      });
      tell(
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
  tell(json, { suppressions: found, more }, [
    ...found.map(lineOf),
    `${found.length} suppression(s)${more ? ', and more: --limit' : ''}.`,
  ]);
  return DONE;
}

/** Page after page, until there are enough. */
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
  // The provider has a list of its own, and goes on refusing by it.
  const hint =
    command === 'remove' && changed.provider !== undefined
      ? [`It was ${changed.provider}’s word: take the recipient off its own list as well, or it goes on refusing.`]
      : [];
  tell(json, changed, [lineOf(changed), ...hint]);
  return DONE;
}

async function sync(client: SuppressionsClient, json: boolean): Promise<number> {
  const lines: SyncLine[] = [];
  for await (const line of client.lines('email', '/sync')) lines.push(line);
  const totals = totalsOf(lines);
  const end = lines.at(-1);
  const broken = end?.done === true ? undefined : (end?.error?.message ?? 'the answer was cut off');
  tell(json, { done: broken === undefined, lists: totals }, [
    ...totals.map(totalLine),
    ...(broken === undefined
      ? []
      : [`It ended early: ${broken}. ${end?.error?.remedy ?? 'Run it again: what is done is not done twice.'}`]),
  ]);
  return broken === undefined && totals.every(({ trouble }) => trouble === undefined) ? DONE : NOT_THERE;
}

function tell(json: boolean, data: object, lines: readonly string[]): void {
  if (json) console.log(JSON.stringify(data, null, 2));
  else for (const line of lines) console.log(line);
}

try {
  process.exitCode = await main();
} catch (error) {
  const refused = error instanceof Refused;
  if (error instanceof SuppressionUsageError) console.error(`${error.message}\n\n${usage}`);
  else console.error(refused ? error.message : explain(error));
  process.exitCode = refused && error.status === 404 && !/operator API/.test(error.message) ? NOT_THERE : USAGE_ERROR;
}
