import { OperatingService } from '#libs/contracts';
import type { RestoreStateResponse } from '../../../reporting/src/restore/responses.ts';
import { CliCommand } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';

const NOT_LIFTED = 1;
const trouble = 2;

/** The services that notice a restored database: the channels, then retry. */
const guarded = OperatingService.options;

/** What services do whose database was restored, and how they go on. */
export function restoreCommand(): CliCommand {
  const about = (name: string) =>
    new CliCommand(name).option('--json', 'as JSON').reads('REPORTING_URL', 'REPORTING_KEY');
  return new CliCommand('restore')
    .summary('Shows which services wait after a database was restored, and lets them go on.')
    .description(
      'Shows which services wait since their database was restored from a backup, and lifts that pause once they ' +
        'have read again what it lacks (docs/operations.md).',
    )
    .addCommand(
      about('status')
        .description('Shows of each service whether it waits, and what its database lacked.')
        .exits({ 0: 'no service waits', [NOT_LIFTED]: 'some service waits', [trouble]: 'wrong use, or no answer' })
        .example('restore status', 'restore status --json')
        .does(status, { trouble }),
    )
    .addCommand(
      about('lift')
        .description('Lets a service go on, or all of them: retry last, after the channels.')
        .argument('[service]', `one of ${guarded.join(', ')} (default: all)`)
        .option('--accept-gaps', 'although records that should be read again are deleted already')
        .exits({
          0: 'no service waits any more',
          [NOT_LIFTED]: 'some cannot go on yet',
          [trouble]: 'wrong use, or no answer',
        })
        .example('restore lift', 'restore lift email --accept-gaps')
        .does(lift, { trouble }),
    );
}

async function client() {
  const { ReportingApi } = await import('../environment/reporting-api.ts');
  return new ReportingApi(withRunningStack(withEnvFile(process.env)));
}

async function status({ json = false }: { json?: boolean }): Promise<number> {
  const { items } = await (await client()).call<{ items: RestoreStateResponse[] }>('GET', 'restore');
  show(items, json);
  return items.every(({ state }) => state === 'working') ? 0 : NOT_LIFTED;
}

async function lift(wanted: string | undefined, options: { json?: boolean; acceptGaps?: boolean }): Promise<number> {
  const { UsageError } = await import('../errors.ts');
  const { ApiRefusal } = await import('../environment/reporting-api.ts');
  const services = guarded.filter((service) => wanted === undefined || service === wanted);
  if (services.length === 0) throw new UsageError(`there is no service ${wanted}: ${guarded.join(', ')}`);
  const api = await client();
  const states: RestoreStateResponse[] = [];
  let refused = false;
  for (const service of services)
    try {
      const body = { service, acceptGaps: options.acceptGaps ?? false };
      states.push(await api.call<RestoreStateResponse>('POST', 'restore/lift', body));
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.status !== 409) throw error;
      refused = true;
      console.error(`${service}: ${error.message}`);
    }
  show(states, options.json ?? false);
  return refused ? NOT_LIFTED : 0;
}

function show(states: readonly RestoreStateResponse[], json: boolean): void {
  console.log(json ? JSON.stringify({ services: states }, null, 2) : states.flatMap(linesOf).join('\n'));
}

const meanings: Readonly<Record<RestoreStateResponse['state'], string>> = {
  working: 'works',
  reading: 'is paused, and reads again what its database lacks',
  waiting: 'is paused, and has read again what its database lacks: messaging restore lift',
};

function linesOf({ service, state, behind, gaps, applied, failed }: RestoreStateResponse): string[] {
  if (state === 'working') return [`${service.padEnd(6)} ${meanings.working}`];
  return [
    `${service.padEnd(6)} ${meanings[state]}`,
    `  ${behind.length} partitions were read further than the database knows; ${applied} records applied again` +
      (failed > 0 ? `, ${failed} could not be: the log names them` : ''),
    ...gaps.map(({ partition, from, to }) => `  deleted already: ${to - from} records of ${partition}, from ${from}`),
  ];
}
