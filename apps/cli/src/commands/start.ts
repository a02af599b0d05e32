/** `npm start`: the whole system on this machine, until Ctrl-C or `npm run stop`. */
import { parseArgs } from 'node:util';
import { catalogues } from '../catalogue.ts';
import { startDetached, tellStarter } from '../stack/process/detach.ts';
import { probe } from '../stack/probe.ts';
import { explain, Interrupted, reasonOf } from '../problem.ts';
import { readSettings, type Settings } from '../stack/settings/settings.ts';
import { withEnvFile } from '../environment/env.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { runningState } from '../environment/state.ts';
import { portHelp, summarise } from '../stack/summary.ts';

const keys = Object.entries(catalogues)
  .map(
    ([channel, providers]) =>
      `  ${providers.flatMap(({ access }) => access).join(', ')}   send by the providers of the ${channel} ` +
      `channel instead of the sandbox`,
  )
  .join('\n');

const usage = `Usage: npm start                 run everything in the foreground; Ctrl-C stops it in order
       npm start -- --detach     return once everything is ready; npm run stop stops it
Settings, from the environment or .env:
  DATA_DIR               .data  where all state is kept
  KAFKA_BROKERS                 use this Kafka instead of starting one
  DATABASE_URL                  use this PostgreSQL instead of starting one
${keys}
${portHelp}`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { detach: { type: 'boolean' }, supervise: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const settings = readSettings(withEnvFile(process.env));
  const running = runningState(settings.dataDir);
  if (running && !values.supervise) return alreadyRunning(settings, values.detach === true);
  if (values.detach) return startDetached(settings, import.meta.filename);
  return supervise(settings);
}

async function alreadyRunning({ dataDir }: Settings, detach: boolean): Promise<number> {
  const { ready, running } = await probe(dataDir);
  console.log(
    `Already running (DATA_DIR ${dataDir}, supervisor: process ${running?.supervisor.pid}), ` +
      `${ready ? 'and all of it is ready' : 'but not all of it is ready'}.`,
  );
  console.log('npm run status shows it, npm run stop ends it.');
  return detach && ready ? 0 : 1;
}

async function supervise(settings: Settings): Promise<number> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // npm passes on a Ctrl-C that the terminal has delivered already: the second is the same one.
      if (stopping.signal.aborted) return;
      say(`${signal}: stopping everything in order`);
      stopping.abort();
    });
  }
  try {
    const stack = await startStack({ env: settings.env, signal: stopping.signal, say });
    publish(stack);
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

function publish(stack: Stack): void {
  if (!stack.assembly) return;
  const block = summarise(stack.settings, stack.assembly, stack.readyAfterMs);
  console.log(block);
  tellStarter({ line: block });
  tellStarter({ ready: true });
}

function say(line: string): void {
  const text = `${new Date().toTimeString().slice(0, 8)}  ${line}`;
  console.log(text);
  tellStarter({ line: text });
}

// A closed terminal must not end the supervisor before it has stopped everything.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

try {
  process.exitCode = await main();
} catch (error) {
  const usageError = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  console.error(usageError ? `${reasonOf(error)}\n${usage}` : `\n${explain(error)}\n`);
  process.exitCode = usageError ? 2 : 1;
}
if (process.connected) process.disconnect();
