import { setTimeout as delay } from 'node:timers/promises';
import { CliCommand } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';

const DIFFERENT = 1;
const trouble = 2;
const LOOK_EVERY_MS = 1_000;

interface Rebuild {
  number: number;
  askedBy: string;
  stage: 'folding' | 'recounting' | 'done';
  folded: number;
  recounted: number;
  endedAt: string | null;
}

interface CountsState {
  rebuild: Rebuild | null;
  compared: { day: string; different: number; at: string; repairedAt: string | null }[];
}

/** Whether the counts of reporting are what its messages say, and how they are made anew. */
export function reportingCommand(): CliCommand {
  const about = (name: string) =>
    new CliCommand(name).option('--json', 'as JSON').reads('REPORTING_URL', 'REPORTING_KEY');
  return new CliCommand('reporting')
    .summary('Shows whether the counts of messages are exact, and makes them anew.')
    .description(
      'Shows whether the counts of messages are what the messages say, and makes them anew (docs/reporting.md).',
    )
    .addCommand(
      about('status')
        .description('Shows the days that were compared, and how far counts are made anew.')
        .exits({
          0: 'every day that was compared is exact',
          [DIFFERENT]: 'some day is not',
          [trouble]: 'wrong use, or no answer',
        })
        .example('reporting status', 'reporting status --json')
        .does(status, { trouble }),
    )
    .addCommand(
      about('rebuild')
        .description('Folds each message anew and counts each day anew, while facts go on; waits until it is done.')
        .option('--no-wait', 'only begin; messaging reporting status shows how far it is')
        .exits({ 0: 'it is done, or begun', [trouble]: 'wrong use, or no answer' })
        .example('reporting rebuild', 'reporting rebuild --no-wait')
        .does(rebuild, { trouble }),
    );
}

async function client() {
  const { ReportingApi } = await import('../environment/reporting-api.ts');
  return new ReportingApi(withRunningStack(withEnvFile(process.env)));
}

async function status({ json = false }: { json?: boolean }): Promise<number> {
  const state = await (await client()).call<CountsState>('GET', 'counts');
  show(state, json);
  return state.compared.some(({ different, repairedAt }) => different > 0 && repairedAt === null) ? DIFFERENT : 0;
}

async function rebuild({ json = false, wait = true }: { json?: boolean; wait?: boolean }): Promise<number> {
  const api = await client();
  let state = await api.call<CountsState>('POST', 'counts/rebuild', {});
  while (wait && state.rebuild?.endedAt === null) {
    if (!json) console.error(lineOf(state.rebuild));
    await delay(LOOK_EVERY_MS);
    state = await api.call<CountsState>('GET', 'counts');
  }
  show(state, json);
  return 0;
}

function show({ rebuild: last, compared }: CountsState, json: boolean): void {
  if (json) return console.log(JSON.stringify({ rebuild: last, compared }, null, 2));
  const lines = compared.map(({ day, different, repairedAt }) => {
    const found = different === 0 ? 'as its messages say' : `${different} row(s) are not what its messages say`;
    return `${day}  ${found}${repairedAt === null ? '' : ', counted anew since'}`;
  });
  console.log([last ? lineOf(last) : 'counts were never made anew', ...lines].join('\n'));
}

const lineOf = ({ number, stage, folded, recounted }: Rebuild): string =>
  `rebuild ${number}: ${stage}, ${folded} message(s) folded, ${recounted} day(s) counted`;
