/** `npm run bench -- dispatch|failover|keyed|latency|reporting|retry|webhooks`: what the platform does, measured. */
import { InvalidArgumentError, Option } from 'commander';
import { CliCommand } from '../apps/cli/src/command.ts';
import { UsageError } from '../apps/cli/src/errors.ts';
import { run } from '../apps/cli/src/program.ts';
import type { Measurement } from '../tools/performance/goals.table.ts';
import { startBench } from './bench.ts';
import { dispatch, type DispatchOptions } from './dispatch/dispatch.ts';
import { type Sender, senders } from './dispatch/senders.ts';
import { failover, type FailoverOptions } from './failover/failover.ts';
import { Closers } from './foundation/closers.ts';
import { keyed } from './keyed/keyed.ts';
import { latency } from './latency/latency.ts';
import { reporting } from './reporting/reporting.ts';
import { retry, type RetryOptions } from './retry/retry.ts';
import { tableOf } from './table.ts';
import { type WebhookOptions, webhooks } from './webhooks/webhooks.ts';
import { writeFigures } from './write-figures.ts';
import { wholeNumber } from './whole-number.ts';

const closers = new Closers();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    console.error(`${signal}: stopping what the bench started`);
    void closers.close().then(() => process.exit(130));
  });
}

interface Shown {
  json?: boolean;
  write?: boolean;
}

interface Common extends Shown {
  messages: number;
  rounds: number;
}

interface DispatchOrder extends Common, Pick<DispatchOptions, 'backlog' | 'cpuProfile'> {
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
        show('dispatch', order, await dispatch(await startBench(closers, say), { ...order, watchSeconds, env, only })),
      ),
  )
  .addCommand(
    measurement('failover', 60)
      .description('How long messages take while their first provider throttles, refuses or is not available.')
      .option('--per-second <n>', 'how many of them a second', wholeNumber(1), 20)
      .does(async (order: FailoverOptions & Shown) => show('failover', order, await failover(closers, say, order))),
  )
  .addCommand(
    measurement('keyed', 5_000)
      .description(
        'One partition, 100 keys, 0 to 5 ms of work each, 16 at a time: against the ideal and kafkajs’s eachMessage.',
      )
      .option('--rounds <n>', 'how often it is measured', wholeNumber(1), 3)
      .does(async (order: Common) => show('keyed', order, await keyed(await startBench(closers, say), order))),
  )
  .addCommand(
    measurement('latency', 200)
      .description('From publishing to the provider, and to delivered, on an idle system with the sandbox.')
      .does(async (order: Common) => show('latency', order, await latency(closers, say, order))),
  )
  .addCommand(
    measurement('reporting', 1_000_000)
      .description(
        'Facts a second that reporting takes in through Kafka, how fresh its counts are meanwhile, and how long its ' +
          'answers take on so many messages, beside the same question on their rows.',
      )
      .option('--ingest <n>', 'messages whose four facts go through Kafka', wholeNumber(1_000), 100_000)
      .does(async (order: Shown & { messages: number; ingest: number }) =>
        show('reporting', order, await reporting(await startBench(closers, say), order)),
      ),
  )
  .addCommand(
    measurement('retry', 30_000)
      .description(
        'Plans a second that retry keeps and releases, with 10,000 and 1,000,000 others pending or parked, beside ' +
          'graphile-worker; and how late a single one is.',
      )
      .option('--lateness', 'only how late one is, alone and beside 1,000,000 that are paused')
      .does(async (order: Common & RetryOptions) => {
        if (order.write && (order.lateness || process.env['BENCH_MANY']))
          throw new UsageError('--write is for a whole run: leave --lateness out, and unset BENCH_MANY');
        return show('retry', order, await retry(await startBench(closers, say), order));
      }),
  )
  .addCommand(
    shown('webhooks')
      .description(
        'Events a second that are verified, published and acknowledged, beside a bare handler, with 500 slow ' +
          'connections open; and the same at the state before the pipeline.',
      )
      .option('--rounds <n>', 'how often each is measured', wholeNumber(1), 3)
      .option('--no-base', 'without the state before the pipeline')
      .option('--cpu-profile <folder>', 'write CPU profiles of the services there')
      .does(async (order: WebhookOptions & Shown) =>
        show('webhooks', order, await webhooks(await startBench(closers, say), order)),
      ),
  );

await run(program, process.argv.slice(2));
await closers.close();

function measurement(name: Measurement, messages: number): CliCommand {
  return shown(name).option('--messages <n>', 'how many of them', wholeNumber(1), messages);
}

function shown(name: Measurement): CliCommand {
  const write = new Option('--write', 'put the figures into docs/performance.md, those of a whole run alone');
  return new CliCommand(name)
    .option('--json', 'one line of JSON')
    .addOption(write.conflicts(['only', 'set', 'cpuProfile']));
}

function show(measurement: Measurement, { json, write }: Shown, figures: object): number {
  console.log(json ? JSON.stringify(figures) : tableOf(figures));
  if (write) writeFigures(measurement, figures);
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
