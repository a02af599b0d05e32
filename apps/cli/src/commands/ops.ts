import { CliCommand, USAGE_ERROR } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';

interface OneValues {
  tenant?: string;
  reason?: string;
  id?: string;
  wait?: boolean;
  json?: boolean;
  via?: string;
  includeUnconfirmed?: boolean;
  expiresAt?: string;
  currentTemplate?: boolean;
}

/** What operators have asked for, and what they ask for about one message. */
export function opsCommand(): CliCommand {
  const about = (name: string) =>
    new CliCommand(name)
      .option('--json', 'as JSON')
      .reads('REPORTING_URL', 'REPORTING_KEY')
      .exits({ 0: 'done', 1: 'refused, no such operation or message, or no answer', [USAGE_ERROR]: 'wrong use' });
  const aboutOne = (name: string) =>
    about(name)
      .argument('<channel>', 'email or sms')
      .argument('<messageId>', 'its messageId')
      .option('--tenant <tenant>', 'whose it is (default: the tenant of your key)')
      .option('--reason <text>', 'why, for people: kept with the operation')
      .option('--id <id>', 'your name for it: the same again is the same operation (default: one is made)')
      .option('--wait', 'return only when it has ended; exit code 1 where it failed');
  return new CliCommand('ops')
    .summary('Shows and stops operations, and deals with one message.')
    .description(
      'Shows what operators have asked for and how far it is, stops a running one, and cancels, brings forward or ' +
        'redrives one message (docs/operations.md#operations).',
    )
    .addCommand(
      about('list')
        .description('Lists the last 50 operations that you may see, the newest first.')
        .option('--kind <kind>', 'only this kind, such as redrive')
        .example('ops list', 'ops list --kind redrive --json')
        .does(async ({ kind, json = false }: { kind?: string; json?: boolean }) =>
          (await actions()).list(environment(), kind, json),
        ),
    )
    .addCommand(
      about('show')
        .description('Shows an operation: who asked for it, why, and how far each service is.')
        .argument('<id>', 'its id')
        .example('ops show redrive-after-outage')
        .does(async (id: string, { json = false }: { json?: boolean }) =>
          (await actions()).show(environment(), id, json),
        ),
    )
    .addCommand(
      about('stop')
        .description('Stops a job: what it has done stays done.')
        .argument('<id>', 'its id')
        .example('ops stop redrive-after-outage')
        .does(async (id: string, { json = false }: { json?: boolean }) =>
          (await actions()).stop(environment(), id, json),
        ),
    )
    .addCommand(
      aboutOne('cancel')
        .description('Cancels a message that no provider has taken. Its timeline says what came of it.')
        .example('ops cancel email order-1042-receipt --reason "asked by phone"')
        .does((channel: string, messageId: string, values: OneValues) => one('cancel', channel, messageId, values)),
    )
    .addCommand(
      aboutOne('advance')
        .description('Lets a message that waits go now.')
        .option('--via <provider>', 'prefer this provider (default: as its request says)')
        .example('ops advance sms code-4711')
        .does((channel: string, messageId: string, values: OneValues) =>
          one('bring-forward', channel, messageId, values),
        ),
    )
    .addCommand(
      aboutOne('redrive')
        .description('Sends a message on its way again that was given up.')
        .option('--via <provider>', 'prefer this provider (default: as its request says)')
        .option('--include-unconfirmed', 'also where it may have arrived: a second copy is possible')
        .option('--expires-at <when>', 'until when it may be sent, ISO 8601 (default: as it was)')
        .option('--current-template', 'with the template as it is now')
        .example('ops redrive email order-1043-receipt --current-template')
        .does((channel: string, messageId: string, values: OneValues) => one('redrive', channel, messageId, values)),
    );
}

const actions = () => import('../ops/perform.ts');
const environment = () => withRunningStack(withEnvFile(process.env));

async function one(
  what: 'cancel' | 'bring-forward' | 'redrive',
  channel: string,
  messageId: string,
  values: OneValues,
): Promise<number> {
  const { tenant, reason, id, wait = false, json = false, via, includeUnconfirmed, expiresAt } = values;
  const order = {
    ...(reason && { reason }),
    ...(via && { provider: via }),
    ...(includeUnconfirmed && { includeUnconfirmed }),
    ...(expiresAt && { expiresAt }),
    ...(values.currentTemplate && { template: 'current' }),
  };
  const { aboutOne } = await actions();
  return aboutOne(environment(), { what, channel, messageId, tenant, order }, { id, wait, json });
}
