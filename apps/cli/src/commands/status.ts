import { CliCommand } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';

const NEEDS_HANDS = 1;
const trouble = 2;

interface Status {
  needsHands: boolean;
  concerns: string[];
  services: { service: string; replica: string | null; status: string }[];
  lag: { group: string; records: number; topics: { topic: string; records: number }[] }[];
  holds: { channel: string; provider: string; scope: string; code: string; leftMs: number }[];
  pauses: { key: string; reason: string | null }[];
  waiting: { scheduled: number | null; parked: number | null; latenessS: number | null } | null;
  openLetters: number;
  quarantined: { code: string; origin: string; records: number }[];
  operations: { operationId: string; kind: string; state: string }[];
}

/** What stands still, in one screen. */
export const statusCommand = (): CliCommand =>
  new CliCommand('status')
    .description(
      'Shows in one screen what stands still: services, lag, holds, pauses, waiting messages, dead letters, ' +
        'quarantined records, operations (docs/operations.md).',
    )
    .option('--json', 'as JSON')
    .reads('REPORTING_URL', 'REPORTING_KEY')
    .exits({
      0: 'nothing has to be done',
      [NEEDS_HANDS]: 'something needs hands',
      [trouble]: 'wrong use, or no answer',
    })
    .example('status', 'status --json')
    .does(show, { trouble });

async function show({ json = false }: { json?: boolean }): Promise<number> {
  const { ReportingApi } = await import('../environment/reporting-api.ts');
  const status = await new ReportingApi(withRunningStack(withEnvFile(process.env))).call<Status>('GET', 'status');
  console.log(json ? JSON.stringify(status, null, 2) : linesOf(status).join('\n'));
  return status.needsHands ? NEEDS_HANDS : 0;
}

function linesOf({ services, lag, waiting, holds, pauses, operations, ...status }: Status): string[] {
  const records = status.quarantined.reduce((sum, each) => sum + each.records, 0);
  const known = (count: number | null | undefined) => count ?? 'not known';
  return [
    ...services.map(({ service, replica, status: state }) =>
      row(service, replica === null ? state : `${state}  (${replica})`),
    ),
    ...lag.map(({ group, records: behind, topics }) =>
      row(`lag ${group}`, `${behind}${topics.length > 0 ? `  (${topics[0]!.topic}: ${topics[0]!.records})` : ''}`),
    ),
    row('scheduled', `${known(waiting?.scheduled)}, the latest by ${known(waiting?.latenessS)} s`),
    row('parked', String(known(waiting?.parked))),
    ...holds.map(({ channel, provider, scope, code }) => row(`hold ${channel}`, `${provider} ${scope}, after ${code}`)),
    ...pauses.map(({ key, reason }) => row('pause', `${key}${reason === null ? '' : `: ${reason}`}`)),
    row('dead letters open', String(status.openLetters)),
    row('quarantined today', String(records)),
    ...operations.map(({ operationId, kind, state }) => row(`operation ${kind}`, `${state}  ${operationId}`)),
    '',
    ...(status.concerns.length === 0 ? ['Nothing has to be done.'] : status.concerns.map((each) => `! ${each}`)),
  ];
}

const row = (name: string, value: string): string => `${name.padEnd(30)} ${value}`;
