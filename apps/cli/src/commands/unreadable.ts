import { CliCommand, USAGE_ERROR } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';

const REFUSED = 1;

interface ListOptions {
  code?: string;
  origin?: string;
  tenant?: string;
  since?: string;
  limit: string;
  json?: boolean;
}

/** Records that no schema accepts, or that could not be handled: why, from where, and what to do. */
export function unreadableCommand(): CliCommand {
  const about = (name: string) =>
    new CliCommand(name)
      .option('--json', 'as JSON')
      .reads('REPORTING_URL', 'REPORTING_KEY')
      .exits({ 0: 'done', [REFUSED]: 'refused, no such record, or no answer', [USAGE_ERROR]: 'wrong use' });
  return new CliCommand('unreadable')
    .summary('Shows the records that were quarantined, and what to do about them.')
    .description(
      'Shows the records of messaging.unreadable (docs/operations.md): what no schema accepts, and what could not be ' +
        'handled. Cause and place are kept by reporting; the bytes are read from Kafka when they are asked for.',
    )
    .addCommand(
      about('list')
        .description('Lists the records by cause, and the newest of them.')
        .option('--code <code>', 'only with this code, such as MSG_UNREADABLE')
        .option('--origin <topic>', 'only from this topic, or webhook/<provider>')
        .option('--tenant <tenant>', 'only of this tenant')
        .option('--since <time>', 'only those quarantined since, ISO 8601')
        .option('--limit <n>', 'at most so many records, 1 to 200', '20')
        .example('unreadable list', 'unreadable list --code MSG_UNREADABLE --json')
        .does(list),
    )
    .addCommand(
      about('show')
        .description('Shows one record, and what to do about it.')
        .argument('<id>', 'its id, as the list shows it')
        .option('--bytes', 'also its bytes, from Kafka: needs the scope content, and is audited')
        .example('unreadable show 5d7c1d0a-7f0e-4f43-9c8e-0d3f5a1b2c3d --bytes')
        .does(show),
    );
}

const actions = () => import('../unreadable/perform.ts');
const environment = () => withRunningStack(withEnvFile(process.env));

async function list({ json = false, ...filter }: ListOptions): Promise<number> {
  return (await actions()).list(environment(), filter, json);
}

async function show(id: string, { bytes = false, json = false }: { bytes?: boolean; json?: boolean }): Promise<number> {
  return (await actions()).show(environment(), { id, bytes, json });
}
