import type { StatusReport } from '../../../reporting/src/status/responses.ts';
import { CliCommand } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';

type Service = StatusReport['services'][number];

const NEEDS_HANDS = 1;
const trouble = 2;

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
  const status = await new ReportingApi(withRunningStack(withEnvFile(process.env))).call<StatusReport>('GET', 'status');
  console.log(json ? JSON.stringify(status, null, 2) : linesOf(status).join('\n'));
  return status.needsHands ? NEEDS_HANDS : 0;
}

function linesOf({ services, lag, waiting, holds, pauses, operations, ...status }: StatusReport): string[] {
  const records = status.quarantined.reduce((sum, each) => sum + each.records, 0);
  const known = (count: number | null | undefined) => count ?? 'not known';
  return [
    ...services.map((each) => row(each.service, `${each.status}  (${whereOf(each, services)})`)),
    ...lag.map(({ group, records: behind, topics }) =>
      row(`lag ${group}`, `${behind}${topics.length > 0 ? `  (${topics[0]!.topic}: ${topics[0]!.records})` : ''}`),
    ),
    row('scheduled', `${known(waiting?.scheduled)}, the latest by ${known(waiting?.latenessS)} s`),
    row('parked', String(known(waiting?.parked))),
    ...holds.map(({ channel, provider, scope, code, leftMs }) =>
      row(`hold ${channel}`, `${provider} ${scope}, after ${code}, ${leftOf(leftMs)}`),
    ),
    ...pauses.map(({ key, reason }) => row('pause', `${key}${reason === null ? '' : `: ${reason}`}`)),
    row('dead letters open', String(status.openLetters)),
    row('quarantined today', String(records)),
    ...operations.map(({ operationId, kind, state }) => row(`operation ${kind}`, `${state}  ${operationId}`)),
    '',
    ...(status.concerns.length === 0 ? ['Nothing has to be done.'] : status.concerns.map(({ says }) => `! ${says}`)),
  ];
}

/** Its address too, where there are several of it or it does not answer. */
function whereOf({ service, replica, address }: Service, all: readonly Service[]): string {
  const isOne = all.filter((each) => each.service === service).length === 1;
  return [replica, isOne && replica !== null ? null : address].filter((part) => part !== null).join(' at ');
}

const leftOf = (leftMs: number): string =>
  leftMs > 0 ? `for another ${Math.ceil(leftMs / 1000)} s` : 'its time is over: the next message probes';

const row = (name: string, value: string): string => `${name.padEnd(30)} ${value}`;
