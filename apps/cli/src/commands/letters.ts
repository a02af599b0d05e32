import { CliCommand, USAGE_ERROR } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';
import { filterOf, type FilterValues, withFilter } from '../letters/filter.ts';

/** Which are shown. */
type Values = FilterValues & { state?: string; json?: boolean };

/** Dead letters, shown. */
export function lettersCommand(): CliCommand {
  const about = (name: string) =>
    new CliCommand(name)
      .option('--json', 'as JSON')
      .reads('REPORTING_URL', 'REPORTING_KEY')
      .exits({ 0: 'done', 1: 'no such message, or no answer', [USAGE_ERROR]: 'wrong use' });
  const state = ['--state <state>', 'open, redriven, discarded or resolved (default: any)'] as const;
  return new CliCommand('letters')
    .summary('Shows dead letters: messages that were given up.')
    .description(
      'Shows dead letters: messages that were given up, by cause or one by one. It needs a key with the scope read ' +
        '(docs/operations.md#dead-letters).',
    )
    .addCommand(
      withFilter(about('causes'))
        .description('Counts dead letters by cause, with what to do about each.')
        .option(...state)
        .example('letters causes --state open', 'letters causes --channel sms --since 2030-01-31T00:00:00Z')
        .does(async ({ state: of, json = false, ...values }: Values) =>
          (await actions()).causes(environment(), { ...filterOf(values), ...(of && { state: of }) }, json),
        ),
    )
    .addCommand(
      withFilter(about('list'))
        .description('Lists up to 50 dead letters, the newest first.')
        .option(...state)
        .example('letters list --state open --cause exhausted', 'letters list --operation redrive-1 --json')
        .does(async ({ state: of, json = false, ...values }: Values) =>
          (await actions()).list(environment(), { ...filterOf(values), ...(of && { state: of }) }, json),
        ),
    )
    .addCommand(
      about('show')
        .description('Shows the dead letter of one message, and what happened to it.')
        .argument('<channel>', 'email or sms')
        .argument('<messageId>', 'its messageId')
        .option('--tenant <tenant>', 'whose it is (default: the tenant of your key)')
        .example('letters show email order-1043-receipt')
        .does(
          async (channel: string, messageId: string, { tenant, json = false }: { tenant?: string; json?: boolean }) =>
            (await actions()).show(environment(), { channel, messageId, tenant }, json),
        ),
    );
}

const actions = () => import('../letters/perform.ts');
const environment = () => withRunningStack(withEnvFile(process.env));
