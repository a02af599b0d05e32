/** `npm run bench -- dispatch|keyed|latency|webhooks`: what the platform does, measured. */
import { explain, Interrupted } from '../apps/cli/src/problem.ts';
import { type Command, parseCommand, usage, UsageError } from './arguments.ts';
import { startBench } from './bench.ts';
import { dispatch } from './dispatch/dispatch.ts';
import { Closers } from './foundation/closers.ts';
import { keyed } from './keyed/keyed.ts';
import { latency } from './latency/latency.ts';
import { tableOf } from './table.ts';
import { webhooks } from './webhooks/webhooks.ts';

const closers = new Closers();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    console.error(`${signal}: stopping what the bench started`);
    void closers.close().then(() => process.exit(130));
  });
}

try {
  const command = parseCommand(process.argv.slice(2));
  const figures = command ? await measure(command) : undefined;
  if (!command) console.log(usage);
  else console.log(command.json ? JSON.stringify(figures) : tableOf(figures!));
} catch (error) {
  // A signal ends what is being measured: that is no fault to tell.
  if (!(error instanceof Interrupted))
    console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : explain(error));
  process.exitCode = 1;
} finally {
  await closers.close();
}

async function measure(command: Command): Promise<object> {
  const say = (line: string) => console.error(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
  switch (command.name) {
    case 'dispatch':
      return dispatch(await startBench(closers, say), command);
    case 'keyed':
      return keyed(await startBench(closers, say), command);
    case 'latency':
      return latency(closers, say, command);
    case 'webhooks':
      return webhooks(await startBench(closers, say), command.cpuProfile);
  }
}
