/** `npm run bench -- dispatch|keyed|latency|webhooks`: what the platform does, measured. */
import { InvalidArgumentError } from 'commander';
import { CliCommand } from '../apps/cli/src/command.ts';
import { run } from '../apps/cli/src/program.ts';
import { startBench } from './bench.ts';
import { type DeliveryOptions, dispatch } from './dispatch/dispatch.ts';
import { type Sender, senders } from './dispatch/round.ts';
import { Closers } from './foundation/closers.ts';
import { keyed } from './keyed/keyed.ts';
import { latency } from './latency/latency.ts';
import { tableOf } from './table.ts';
import { webhooks } from './webhooks/webhooks.ts';
import { wholeNumber } from './whole-number.ts';

const closers = new Closers();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    console.error(`${signal}: stopping what the bench started`);
    void closers.close().then(() => process.exit(130));
  });
}

interface Common {
  json?: boolean;
  messages: number;
  rounds: number;
}

interface DispatchOrder extends Common, Pick<DeliveryOptions, 'backlog' | 'cpuProfile'> {
  watch: number;
  only?: Set<Sender>;
  set?: Record<string, string>;
}

const program = new CliCommand('npm run bench --')
  .description('Measures the platform (docs/performance.md).')
  .addCommand(
    measurement('dispatch', 20_000)
      .description(
        'Messages per second against a provider that answers after 100 ms, beside other senders; then memory and ' +
          'urgent messages while bulk requests wait.',
      )
      .option('--rounds <n>', 'how often each sender is measured', wholeNumber(1), 3)
      .option('--backlog <n>', 'bulk requests that wait; 0 leaves that out', wholeNumber(0), 1_000_000)
      .option('--watch <seconds>', 'how long they are watched', wholeNumber(1), 60)
      .option('--only <senders>', `these senders: ${senders.join(', ')}`, sendersOf)
      .option('--set <NAME=VALUE>', 'a setting of the email service other than it ships with (repeatable)', settings)
      .option('--cpu-profile <folder>', 'write CPU profiles of the email service there')
      .does(async ({ watch: watchSeconds, set: env = {}, only = new Set(senders), ...order }: DispatchOrder) =>
        show(order, await dispatch(await startBench(closers, say), { ...order, watchSeconds, env, only })),
      ),
  )
  .addCommand(
    measurement('keyed', 5_000)
      .description(
        'One partition, 100 keys, 0 to 5 ms of work each, 16 at a time: against the ideal and kafkajs’s eachMessage.',
      )
      .option('--rounds <n>', 'how often it is measured', wholeNumber(1), 3)
      .does(async (order: Common) => show(order, await keyed(await startBench(closers, say), order))),
  )
  .addCommand(
    measurement('latency', 200)
      .description('From publishing to the provider, and to delivered, on an idle system with the sandbox.')
      .does(async (order: Common) => show(order, await latency(closers, say, order))),
  )
  .addCommand(
    new CliCommand('webhooks')
      .description(
        'Events a second that are verified, published and acknowledged, beside a bare handler, with 500 slow ' +
          'connections open.',
      )
      .option('--json', 'one line of JSON')
      .option('--cpu-profile <folder>', 'write CPU profiles of the services there')
      .does(async (order: { json?: boolean; cpuProfile?: string }) =>
        show(order, await webhooks(await startBench(closers, say), order.cpuProfile)),
      ),
  );

await run(program, process.argv.slice(2));
await closers.close();

function measurement(name: string, messages: number): CliCommand {
  return new CliCommand(name)
    .option('--json', 'one line of JSON')
    .option('--messages <n>', 'how many of them', wholeNumber(1), messages);
}

function show({ json }: { json?: boolean }, figures: object): number {
  console.log(json ? JSON.stringify(figures) : tableOf(figures));
  return 0;
}

function say(line: string): void {
  console.error(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
}

function sendersOf(given: string): Set<Sender> {
  const wanted = given.split(',');
  const unknown = wanted.find((name) => !senders.some((sender) => sender === name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`${unknown} is not a sender; there are ${senders.join(', ')}.`);
  return new Set(senders.filter((sender) => wanted.includes(sender)));
}

function settings(given: string, earlier: Record<string, string> = {}): Record<string, string> {
  const [, name, value = ''] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(given) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It must be NAME=VALUE.');
  return { ...earlier, [name]: value };
}
