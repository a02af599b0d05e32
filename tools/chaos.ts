/**
 * `npm run chaos -- --messages 20000 --kills 40 --seed 7 --json`: the whole system under faults that the seed chooses,
 * and what became of every message. The exit code is 0 only where nothing was lost, sent twice, turned around or left
 * open. `npm run chaos -- outage`: a provider that is away for an hour. `npm run chaos -- parked`: 100,000 parked ones
 * that leave by a slow provider. `npm run chaos -- redrive`: dead letters by the thousand, while retry is killed.
 */
import { CliCommand } from '../apps/cli/src/command.ts';
import { run } from '../apps/cli/src/program.ts';
import { wholeNumber } from '../bench/whole-number.ts';
import { mustBeZero, passes } from '../test/chaos/check/check.policy.ts';
import { figuresOf, outageReport, troublesOf } from '../test/chaos/outage/report-outage.ts';
import { runOutage, runWithSecondProvider } from '../test/chaos/outage/run-outage.ts';
import { beyondParkedLimits } from '../test/chaos/parked/parked.policy.ts';
import { parkedReport } from '../test/chaos/parked/report-parked.ts';
import { runParked } from '../test/chaos/parked/run-parked.ts';
import { seededBugs } from '../test/chaos/seeded-bugs.ts';
import { runRedrive } from '../test/chaos/redrive/run-redrive.ts';
import { reportOf } from '../test/chaos/report.ts';
import { runChaos, wholeSystem } from '../test/chaos/run.ts';
import { writeSection } from '../test/chaos/write-section.ts';

interface Order {
  messages?: number;
  kills: number;
  restores?: number;
  operations: boolean;
  seed?: number;
  json: boolean;
  keep: boolean;
  seededBug?: string;
  withParent: boolean;
}

const command = new CliCommand('npm run chaos --')
  .description('Breaks a system of its own and checks that nothing is lost or sent twice (docs/chaos.md).')
  .option('--messages <n>', 'how many messages upstream publishes (default: 2000)', wholeNumber(0))
  .option('--kills <n>', 'how often a process is killed, frozen, restarted or cut off', wholeNumber(0), 8)
  .option(
    '--restores <n>',
    'how often schemas are restored from a backup of some thousand messages ago (default: one for every 8 kills)',
    wholeNumber(0),
  )
  .option(
    '--seed <n>',
    'chooses messages and faults; the same seed chooses the same (default: by chance)',
    wholeNumber(0),
  )
  .option('--operations', 'operators pause, resume and redrive meanwhile; nothing is restored then', false)
  .option('--json', 'one line of JSON: the figures', false)
  .option('--keep', 'keep logs and data even where nothing was found', false)
  .addOption(
    new CliCommand()
      .createOption('--seeded-bug <name>', 'run a system with a seeded bug, which must be found')
      .choices(Object.keys(seededBugs)),
  )
  .option('--with-parent', 'stop as soon as standard input closes', false)
  .does(chaos, { trouble: 2 });

const outageCommand = new CliCommand('npm run chaos -- outage')
  .description(
    'Lets the only provider be away while upstream publishes, then one of two, and measures what that costs ' +
      '(docs/chaos.md).',
  )
  .option('--messages <n>', 'published meanwhile; each makes the outage 3 ms longer', wholeNumber(1), 100_000)
  .option('--rate <n>', 'calls a second that the platform allows itself', wholeNumber(1), 400)
  .option('--calls <n>', 'calls that a replica has out at a time (default: as it ships)', wholeNumber(1))
  .option('--replicas <n>', 'of email and retry: 1 or 2', wholeNumber(1), 2)
  .option('--seed <n>', 'chooses the messages', wholeNumber(0), 1)
  .option('--second <n>', 'messages of the run with a second provider; 0: none', wholeNumber(0), 5_000)
  .option('--json', 'one line of JSON: the figures', false)
  .option('--keep', 'keep logs and data', false)
  .option('--write', 'put the figures into docs/chaos.md', false)
  .option('--with-parent', 'stop as soon as standard input closes', false)
  .does(outage, { trouble: 2 });

const parkedCommand = new CliCommand('npm run chaos -- parked')
  .description(
    'Parks messages of all lanes, lets them leave by a provider that answers 429 beyond ten a second, and kills one ' +
      'of two replicas of retry meanwhile (docs/chaos.md).',
  )
  .option('--messages <n>', 'how many are parked', wholeNumber(1), 100_000)
  .option('--seconds <n>', 'how long it is watched as they leave', wholeNumber(10), 120)
  .option('--seed <n>', 'names the messages', wholeNumber(0), 1)
  .option('--json', 'one line of JSON: the figures', false)
  .option('--keep', 'keep logs and data', false)
  .option('--write', 'put the figures into docs/chaos.md', false)
  .option('--with-parent', 'stop as soon as standard input closes', false)
  .does(parked, { trouble: 2 });

const redriveCommand = new CliCommand('npm run chaos -- redrive')
  .description(
    'Redrives messages that have expired, through the front door, while both replicas of retry are killed in turn: ' +
      'each must reach its provider once (docs/chaos.md).',
  )
  .option('--messages <n>', 'how many of them', wholeNumber(1), 10_000)
  .option('--seed <n>', 'chooses the messages', wholeNumber(0), 1)
  .option('--json', 'one line of JSON: the figures', false)
  .option('--keep', 'keep logs and data', false)
  .option('--with-parent', 'stop as soon as standard input closes', false)
  .does(redrive, { trouble: 2 });

/** Ctrl-C, a TERM, or the end of the parent: the run ends early, and everything is stopped. */
function untilAsked(withParent: boolean): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  if (withParent)
    process.stdin
      .resume()
      .once('end', () => stopping.abort())
      .once('error', () => stopping.abort())
      .unref();
  return stopping.signal;
}

async function chaos({ kills, seed = Math.floor(Math.random() * 1e6), json, keep, ...order }: Order): Promise<number> {
  const { seededBug, withParent } = order;
  const messages = order.messages ?? seededBugs[seededBug ?? '']?.messages ?? 2_000;
  const { operations } = order;
  const restores = order.restores ?? (operations ? 0 : Math.floor(kills / 8));
  const say = timed();
  const signal = untilAsked(withParent);
  say(`seed ${seed}`);
  const keeping = keep ? 'always' : seededBug ? 'never' : 'where something was found';
  const result = await runChaos(
    { messages, kills, restores, operations, seed, keep: keeping, say, signal },
    seededBugs[seededBug ?? '']?.scenario ?? wholeSystem,
  );
  signal.throwIfAborted();
  const repeat =
    `npm run chaos -- --messages ${messages} --kills ${kills} --restores ${restores} --seed ` +
    `${seed}${operations ? ' --operations' : ''}${seededBug ? ` --seeded-bug ${seededBug}` : ''}`;
  const report = reportOf(result, repeat);
  if (!json) console.log(report);
  else {
    if (!passes(result)) console.error(report);
    console.log(JSON.stringify({ ...result.figures, seed }));
  }
  return mustBeZero.every((name) => result.figures[name] === 0) ? 0 : 1;
}

interface OutageOrder {
  messages: number;
  rate: number;
  calls?: number;
  replicas: number;
  seed: number;
  second: number;
  json: boolean;
  keep: boolean;
  write: boolean;
  withParent: boolean;
}

async function outage({ rate: ratePerS, second, json, write, withParent, ...order }: OutageOrder): Promise<number> {
  const say = timed();
  const signal = untilAsked(withParent);
  const options = { ...order, ratePerS, say, signal };
  const alone = await runOutage(options);
  const other = second > 0 ? await runWithSecondProvider({ ...options, messages: second }) : undefined;
  signal.throwIfAborted();
  const report = outageReport(alone, other);
  if (json) console.log(JSON.stringify({ ...alone.outage, check: alone.figures, second: other && figuresOf(other) }));
  else console.log(report.join('\n'));
  if (write) writeSection('outage', report);
  const troubles = troublesOf(alone, other);
  for (const trouble of troubles) console.error(`✗ ${trouble}`);
  return troubles.length === 0 ? 0 : 1;
}

type ParkedOrder = Omit<OutageOrder, 'rate' | 'calls' | 'replicas' | 'second'> & { seconds: number };

async function parked({ json, write, withParent, ...order }: ParkedOrder): Promise<number> {
  const figures = await runParked({ ...order, say: timed(), signal: untilAsked(withParent) });
  const report = parkedReport(figures);
  console.log(json ? JSON.stringify(figures) : report.join('\n'));
  if (write) writeSection('parked', report);
  const troubles = beyondParkedLimits(figures);
  for (const trouble of troubles) console.error(`✗ ${trouble}`);
  return troubles.length === 0 ? 0 : 1;
}

interface RedriveOrder {
  messages: number;
  seed: number;
  json: boolean;
  keep: boolean;
  withParent: boolean;
}

async function redrive({ json, withParent, ...order }: RedriveOrder): Promise<number> {
  const say = timed();
  const signal = untilAsked(withParent);
  const { operation, kills, figures, findings, seconds } = await runRedrive({ ...order, say, signal });
  signal.throwIfAborted();
  const { published, operated } = figures;
  const isWhole = operation.state === 'done' && operated.redriven === published;
  if (json) console.log(JSON.stringify({ ...figures, kills, seconds }));
  else {
    const troubles = mustBeZero.filter((name) => figures[name] > 0).map((name) => `${name}: ${figures[name]}`);
    console.log(
      [
        `${operated.redriven} of ${published} dead letters were redriven in spite of ${kills} kills of retry; ` +
          `the operation is ${operation.state}. ${seconds.toFixed(0)} s in all.`,
        ...troubles.map((trouble) => `  ✗ ${trouble}`),
        ...findings.slice(0, 10).map(({ kind, messageId, what }) => `  ${kind}: ${messageId}: ${what}`),
        ...(isWhole && troubles.length === 0 ? ['  ✓ each went once, and has come to its end'] : []),
      ].join('\n'),
    );
  }
  return isWhole && mustBeZero.every((name) => figures[name] === 0) ? 0 : 1;
}

/** Says lines with the seconds since now; of a death its first line: the last words of the dead are in its log. */
function timed(): (line: string) => void {
  const start = performance.now();
  return (line) => console.error(`[${((performance.now() - start) / 1000).toFixed(1)}] ${line.split('\n')[0]}`);
}

const scenarios: Record<string, CliCommand> = { outage: outageCommand, parked: parkedCommand, redrive: redriveCommand };
const [name = '', ...args] = process.argv.slice(2);
await run(scenarios[name] ?? command, scenarios[name] ? args : process.argv.slice(2));
