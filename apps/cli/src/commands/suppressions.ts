import { readFileSync } from 'node:fs';
import { Channel, suppressionReasons } from '#libs/contracts';
import { CliCommand } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';
import { explain } from '../errors.ts';
import { listOrder, recipientOrder, changeOrder, type SuppressionOrder, type Values } from '../suppressions/order.ts';

const NOT_THERE = 1;
const NO_ANSWER = 2;

/**
 * Executes an order.
 * @returns the exit code
 */
export type ExecuteOrder = (order: SuppressionOrder) => Promise<number>;

/**
 * The suppressions, and why they exist.
 * @param execute executes the order
 * @param input reads standard input, for a recipient given as -
 */
export function suppressionsCommand(execute: ExecuteOrder = ask, input = () => readFileSync(0, 'utf8')): CliCommand {
  const about = (name: string) =>
    new CliCommand(name)
      .option('--json', 'as JSON')
      .reads('REPORTING_URL', 'REPORTING_KEY')
      .exits({
        0: 'done',
        [NOT_THERE]: 'there is no such suppression, a list could not be read, or a service has not answered yet',
        [NO_ANSWER]: 'wrong use, or no answer',
      });
  const recipient = (text: string) => (text === '-' ? input().trim() : text);
  const ofOne = (name: string) =>
    about(name).argument(
      '<recipient>',
      'an e-mail address, a phone number (+14155550100), the keyed hash that list shows, ' +
        'or - to read it from standard input',
    );
  const does = { trouble: NO_ANSWER };
  return new CliCommand('suppressions')
    .summary('Shows and changes who must not be written to.')
    .description(
      'Shows and changes who must not be written to (docs/suppressions.md), by the API of reporting. Where npm start ' +
        'runs the system here, no setting is needed.',
    )
    .addCommand(
      withFilters(about('list'))
        .description('Lists the suppressions, newest first.')
        .option('--lifted', 'also those that were lifted')
        .option('--limit <n>', 'at most so many', '100')
        .example('suppressions list', 'suppressions list --reason complaint --json')
        .does((values: Values) => execute(listOrder(values)), does),
    )
    .addCommand(
      withChannel(ofOne('show'))
        .description('Shows all that is known of one recipient, with what was lifted.')
        .example('suppressions show ada@inbox.test')
        .does((text: string, values: Values) => execute(recipientOrder(recipient(text), values)), does),
    )
    .addCommand(
      withFilters(asOperation(withNote(ofOne('add'))))
        .description(
          'Has a recipient suppressed, under the scope all and the reason manual where nothing else is said. It is ' +
            'an operation (docs/operations.md#operations).',
        )
        .example('suppressions add ada@inbox.test --note "asked by phone" --scope marketing')
        .does((text: string, values: Values) => execute(changeOrder('add', recipient(text), values)), does),
    )
    .addCommand(
      withScope(withChannel(asOperation(withNote(ofOne('remove')))))
        .description('Has a suppression lifted; scope and tenant must be its own. It is an operation.')
        .option(
          '--at-providers',
          'also take the recipient off the providers’ own lists of that scope; needs the address, and a key-ring',
        )
        .example('suppressions remove ada@inbox.test --note "asked to get it again" --scope marketing')
        .does((text: string, values: Values) => execute(changeOrder('remove', recipient(text), values)), does),
    )
    .addCommand(
      withId(about('sync'))
        .description(
          'Takes over the providers’ own lists now; the channels also do it by themselves, every hour. It is an ' +
            'operation, and its counts say what came of each list.',
        )
        .example('suppressions sync')
        .does(({ json = false, id }: Values) => execute({ command: 'sync', json, id }), does),
    );
}

const withChannel = (command: CliCommand) =>
  command.addOption(command.createOption('--channel <channel>', 'the channel').choices(Channel.options));

const withScope = (command: CliCommand) =>
  command
    .option(
      '--scope <scope>',
      'all, marketing, topic:<name>, group:<provider>:<number>, sender:<sender>, kind:whatsapp',
    )
    .option('--tenant <tenant>', 'of this tenant alone');

const withFilters = (command: CliCommand) =>
  withScope(withChannel(command)).option('--reason <reason>', suppressionReasons.join(', '));

const withId = (command: CliCommand) =>
  command.option('--id <id>', 'your name for it: the same again is the same operation (default: one is made)');

const asOperation = (command: CliCommand) =>
  withId(command).option('--no-wait', 'return as soon as it is asked for; messaging ops show says what came of it');

const withNote = (command: CliCommand) => command.requiredOption('--note <why>', 'why, for whoever looks later');

async function ask(order: SuppressionOrder): Promise<number> {
  const { ApiRefusal, ReportingApi } = await import('../environment/reporting-api.ts');
  const { perform } = await import('../suppressions/perform.ts');
  try {
    return await perform(new ReportingApi(withRunningStack(withEnvFile(process.env))), order);
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status !== 404) throw error;
    console.error(explain(error));
    return NOT_THERE;
  }
}
