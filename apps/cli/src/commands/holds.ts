import type { HoldList, HoldResponse } from '../../../reporting/src/routing/responses.ts';
import { allProviders } from '../catalogue.ts';
import { CliCommand } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';

const NOT_THERE = 1;
const trouble = 2;

interface LiftValues {
  reason: string;
  wait: boolean;
  json?: boolean;
}

/** Which providers are left alone, and why; and how to let them take calls again. */
export function holdsCommand(): CliCommand {
  const about = (name: string) =>
    new CliCommand(name)
      .option('--json', 'as JSON')
      .reads('REPORTING_URL', 'REPORTING_KEY')
      .exits({ 0: 'done', [NOT_THERE]: 'nothing is held there any more', [trouble]: 'wrong use, or no answer' });
  return new CliCommand('holds')
    .summary('Shows which providers are left alone, and lifts that.')
    .description(
      'Shows which providers are left alone since an answer of theirs asked for it (docs/operations.md), and lifts a ' +
        'hold once its cause is removed.',
    )
    .addCommand(
      about('list')
        .description('Lists the holds of the last two days.')
        .option('--all', 'also those that were lifted')
        .example('holds list', 'holds list --all --json')
        .does(list, { trouble }),
    )
    .addCommand(
      about('lift')
        .description('Lifts the holds of a provider: its calls go again at once.')
        .argument('<provider>', 'the provider, or the id of one hold')
        .requiredOption('--reason <text>', 'why, for people: kept with the operation')
        .option('--no-wait', 'do not wait until its channel has done so')
        .example(`holds lift ${allProviders[0]!.name} --reason "the key is renewed"`)
        .does(lift, { trouble }),
    );
}

async function client() {
  const { ReportingApi } = await import('../environment/reporting-api.ts');
  return new ReportingApi(withRunningStack(withEnvFile(process.env)));
}

async function read(all: boolean): Promise<HoldResponse[]> {
  return (await (await client()).call<HoldList>('GET', `holds?lifted=${all}`)).items;
}

async function list({ json = false, all = false }: { json?: boolean; all?: boolean }): Promise<number> {
  const holds = await read(all);
  if (json) console.log(JSON.stringify({ holds }, null, 2));
  else console.log(holds.length === 0 ? 'No provider is held.' : holds.map(lineOf).join('\n'));
  return 0;
}

/** One operation for each hold: it lifts this one, and none that has taken its place. */
async function lift(wanted: string, { reason, wait, json = false }: LiftValues): Promise<number> {
  const held = (await read(false)).filter(({ provider, id }) => provider === wanted || id === wanted);
  const { isFailed, ordered, wordsOf } = await import('../controls/perform.ts');
  const api = await client();
  const manner = { json, noWait: !wait };
  const operations = await Promise.all(
    held.map(({ channel, id }) => ordered(api, 'lift', { channel, holdId: id, reason }, manner)),
  );
  if (json) console.log(JSON.stringify({ operations }, null, 2));
  else if (held.length === 0) console.log(`Nothing is held at ${wanted}.`);
  else for (const operation of operations) console.log(wordsOf(operation));
  return held.length === 0 || operations.some(isFailed) ? NOT_THERE : 0;
}

function lineOf({ at, channel, provider, scope, state, leftMs, round, code, meaning, by }: HoldResponse): string {
  const time = leftMs > 0 ? `for another ${Math.ceil(leftMs / 1000)} s` : 'its time is over: the next call probes';
  const stands = state === 'held' ? `held (round ${round}), ${time}` : `lifted${by === undefined ? '' : ` by ${by}`}`;
  return `${at}  ${channel.padEnd(5)}  ${provider.padEnd(10)}  ${scope}  ${stands}  after ${code}: ${meaning}`;
}
