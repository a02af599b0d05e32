import { readFileSync } from 'node:fs';
import { Channel, Lane } from '#libs/contracts';
import { CliCommand } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';
import { CliError, reasonOf } from '../errors.ts';

const WOULD_NOT_GO = 1;
const trouble = 2;

interface Options {
  channel: Channel;
  lane: Lane;
  json?: boolean;
}

/** The answer of a channel. */
interface Explanation {
  would: string;
  why: string;
  messageId?: string;
  fields?: { field: string; rule: string }[];
  sendAt?: string;
  expiresAt?: string;
  recipients?: { mask: string; suppressed?: string }[];
  templateVersion?: string;
  route?: { provider: string; sender?: string; taken: boolean; why: string; until?: string }[];
  failure?: { code: string; remedy: string; help?: string };
  size?: { segments: number; encoding: string };
}

/** What would become of a request, said by the channel itself. */
export const explainCommand = (): CliCommand => {
  const command = new CliCommand('explain');
  return command
    .summary('Says what would become of a request, and sends nothing.')
    .description(
      'Says what would become of a request if it were published now: whether it is accepted, to whom it goes, by ' +
        'which provider and why, or what it waits for. The channel answers from its live state; nothing is sent ' +
        'or kept.',
    )
    .argument('<file>', 'the request as JSON, or - to read it from standard input')
    .addOption(command.createOption('--channel <channel>', 'the channel').choices(Channel.options).default('email'))
    .addOption(command.createOption('--lane <lane>', 'the lane').choices(Lane.options).default('transactional'))
    .option('--json', 'as JSON')
    .reads('REPORTING_URL', 'REPORTING_KEY')
    .exits({
      0: 'it would be sent, now or later',
      [WOULD_NOT_GO]: 'it would not',
      [trouble]: 'wrong use, or no answer',
    })
    .example('explain message.json', 'explain text.json --channel sms --lane urgent --json')
    .does(ask, { trouble });
};

async function ask(file: string, { channel, lane, json = false }: Options): Promise<number> {
  const { ReportingApi } = await import('../environment/reporting-api.ts');
  const api = new ReportingApi(withRunningStack(withEnvFile(process.env)));
  const path = `explain?channel=${channel}&lane=${lane}`;
  const explanation = await api.call<Explanation>('POST', path, requestOf(file));
  console.log(json ? JSON.stringify(explanation, null, 2) : inWords(explanation).join('\n'));
  return ['be sent', 'wait', 'be tried again'].includes(explanation.would) ? 0 : WOULD_NOT_GO;
}

function requestOf(file: string): object {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')) as object;
  } catch (cause) {
    throw new CliError(`${file === '-' ? 'Standard input' : file} cannot be read as JSON: ${reasonOf(cause)}`, [
      'give a file that holds one request, as it would be published',
    ]);
  }
}

function inWords(explanation: Explanation): string[] {
  const { would, why, fields = [], recipients = [], route = [], failure, size, sendAt, expiresAt } = explanation;
  return [
    `It would ${would}. ${why}`,
    ...fields.map(({ field, rule }) => `  ${field}: ${rule}`),
    ...recipients.map(({ mask, suppressed }) => `  to ${mask}${suppressed === undefined ? '' : `: ${suppressed}`}`),
    ...(sendAt === undefined ? [] : [`  not before ${sendAt}`]),
    ...(expiresAt === undefined ? [] : [`  not after ${expiresAt}`]),
    ...(size ? [`  ${size.segments} segment${size.segments === 1 ? '' : 's'}, ${size.encoding}`] : []),
    ...route.map(
      ({ provider, sender, taken, why: because, until }) =>
        `  ${provider}${sender === undefined ? '' : ` from ${sender}`}: ${taken ? 'takes it, ' : ''}` +
        `${because}${until === undefined ? '' : ` (until ${until})`}`,
    ),
    ...(failure
      ? [`  ${failure.code}: ${failure.remedy}${failure.help === undefined ? '' : ` (${failure.help})`}`]
      : []),
  ];
}
