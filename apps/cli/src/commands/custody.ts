import { CliCommand, USAGE_ERROR } from '../command.ts';
import { withEnvFile } from '../environment/env.ts';
import { withRunningStack } from '../environment/running-system.ts';

/** The folder of the keys under which addresses travel in operations. */
export function custodyCommand(): CliCommand {
  const about = (name: string) =>
    new CliCommand(name)
      .reads('CUSTODY_KEYRING_DIR')
      .exits({ 0: 'done', 1: 'the folder or a key in it cannot be used', [USAGE_ERROR]: 'wrong use' });
  return new CliCommand('custody')
    .summary('Makes and checks the folder of keys.')
    .description(
      'Makes and checks the folder of the keys under which addresses travel in operations (docs/suppressions.md). It ' +
        'works on the folder itself, as the user who calls it: let that be the one that the services run as.',
    )
    .addCommand(
      about('init')
        .description('Makes the folder and the key of this week, where they are missing. What is there stays.')
        .example('custody init')
        .does(async () => (await actions()).init(environment(), Date.now())),
    )
    .addCommand(
      about('check')
        .description('Looks whether the folder and every key in it are sound, and says of which weeks they are.')
        .option('--json', 'as JSON')
        .example('custody check')
        .does(async ({ json = false }: { json?: boolean }) => (await actions()).check(environment(), json)),
    );
}

const actions = () => import('../custody/perform.ts');
const environment = () => withRunningStack(withEnvFile(process.env));
