import { join } from 'node:path';
import { CliCommand } from '../../command.ts';
import { withEnvFile } from '../../environment/env.ts';
import { runningState } from '../../environment/state.ts';
import { explain, Interrupted } from '../../errors.ts';
import { readSettings, portSettings, type Settings } from '../../stack/settings/settings.ts';
import { setUp } from './setup.ts';

const program = join(import.meta.dirname, '..', '..', 'checkout.ts');

interface Options {
  detach?: boolean;
  /** Set by a detached start for the process that stays. */
  supervise?: boolean;
}

/** The whole system on this machine. */
export const upCommand = (): CliCommand =>
  new CliCommand('up')
    .alias('start')
    .summary('Runs everything on this machine: Kafka, PostgreSQL, the services, the provider sandbox.')
    .description(
      'Runs everything on this machine until Ctrl-C: Kafka, PostgreSQL, the services, the provider sandbox. ' +
        'KAFKA_BROKERS and DATABASE_URL name a Kafka and a PostgreSQL to use instead. ' +
        'A channel with a provider’s key sends real messages; one without uses the sandbox.',
    )
    .option('--detach', 'return once everything is ready; messaging down stops it')
    .addOption(new CliCommand().createOption('--supervise').hideHelp())
    .example('up', 'up --detach')
    .reads('DATA_DIR', 'KAFKA_BROKERS', 'DATABASE_URL', ...Object.values(portSettings).map(({ setting }) => setting))
    .exits({
      0: 'everything was stopped when asked; with --detach: everything is ready',
      1: 'it could not start, or did not stay up',
      2: 'wrong use',
      130: 'stopped before everything was ready',
    })
    .does(up);

async function up({ detach = false, supervise = false }: Options): Promise<number> {
  // When the terminal is closed, the supervisor must still stop everything first.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const settings = readSettings(withEnvFile(process.env));
  if (supervise) return keepUp(settings);
  if (runningState(settings.dataDir)) return alreadyRunning(settings, detach);
  if (!setUp('--build', '--kafka')) return 1;
  if (!detach) return keepUp(settings);
  const { startDetached } = await import('../../stack/process/detach.ts');
  return startDetached(settings, [program, 'up', '--supervise']);
}

async function alreadyRunning({ dataDir }: Settings, detach: boolean): Promise<number> {
  const { probe } = await import('../../stack/probe.ts');
  const { ready, running } = await probe(dataDir);
  console.log(
    `Already running (DATA_DIR ${dataDir}, supervisor: process ${running?.supervisor.pid}), ` +
      `${ready ? 'and all of it is ready' : 'but not all of it is ready'}.`,
  );
  console.log('npm run status shows it, npm run stop ends it.');
  return detach && ready ? 0 : 1;
}

async function keepUp(settings: Settings): Promise<number> {
  const { tellStarter } = await import('../../stack/process/detach.ts');
  const say = (line: string) => {
    const text = `${new Date().toTimeString().slice(0, 8)}  ${line}`;
    console.log(text);
    tellStarter({ line: text });
  };
  const stopping = stopOnSignal(say);
  try {
    const { startStack } = await import('../../stack/stack.ts');
    const stack = await startStack({ env: settings.env, signal: stopping, say });
    if (stack.assembly) {
      const { summarise } = await import('../../stack/summary.ts');
      const block = summarise(stack.settings, stack.assembly, stack.readyAfterMs);
      console.log(block);
      tellStarter({ line: block });
      tellStarter({ ready: true });
    }
    const problem = await stack.closed;
    if (problem) console.error(`\n${explain(problem)}\n`);
    console.log(problem ? 'Everything has been stopped.' : 'Everything has stopped.');
    return problem ? 1 : 0;
  } catch (error) {
    const words = explain(error);
    console.error(`\n${words}\n`);
    tellStarter({ failed: words });
    return error instanceof Interrupted ? 130 : 1;
  }
}

function stopOnSignal(say: (line: string) => void): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // npm forwards a Ctrl-C that the terminal has delivered already: the second is the same one.
      if (stopping.signal.aborted) return;
      say(`${signal}: stopping everything in order`);
      stopping.abort();
    });
  }
  return stopping.signal;
}
