/**
 * `npm run chaos -- --messages 20000 --kills 40 --seed 7 --json`: the whole system under faults that the seed chooses,
 * and what became of every message. The exit code is 0 only where nothing was lost, sent twice, turned around or left
 * open.
 */
import { parseArgs } from 'node:util';
import { mustBeZero, passes } from '../test/chaos/check/check.policy.ts';
import { seededBugs } from '../test/chaos/seeded-bugs.ts';
import { reportOf } from '../test/chaos/report.ts';
import { runChaos, wholeSystem } from '../test/chaos/run.ts';
import { explain } from '../apps/cli/src/problem.ts';

const usage = `npm run chaos -- [options]
  --messages N   how many messages upstream publishes (2000)
  --kills N      how often a process is killed, frozen, restarted or cut off (8)
  --seed N       chooses messages and faults; the same seed chooses the same (by chance)
  --json         one line of JSON: the figures
  --keep         keep logs and data even where nothing was found
  --seeded-bug NAME   run a system with a seeded bug, which must be found: ${Object.keys(seededBugs).join(', ')}
  --with-parent  stop as soon as standard input closes`;

interface Order {
  messages: number;
  kills: number;
  seed: number;
  json: boolean;
  keep: boolean;
  seededBug: string | undefined;
  withParent: boolean;
}

function parseOrder(): Order | undefined {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string' },
      kills: { type: 'string' },
      seed: { type: 'string' },
      'seeded-bug': { type: 'string' },
      json: { type: 'boolean' },
      keep: { type: 'boolean' },
      help: { type: 'boolean' },
      'with-parent': { type: 'boolean' },
    },
  });
  if (values.help) return undefined;
  const whole = (name: string, value: string | undefined, standard: number) => {
    const number = Number(value ?? standard);
    if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} must be a whole number`);
    return number;
  };
  const seededBug = values['seeded-bug'];
  if (seededBug !== undefined && !seededBugs[seededBug]) throw new Error(`there is no seeded bug ${seededBug}`);
  return {
    messages: whole('messages', values.messages, seededBugs[seededBug ?? '']?.messages ?? 2_000),
    kills: whole('kills', values.kills, 8),
    seed: whole('seed', values.seed, Math.floor(Math.random() * 1e6)),
    json: values.json ?? false,
    keep: values.keep ?? false,
    seededBug,
    withParent: values['with-parent'] ?? false,
  };
}

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

async function main(): Promise<number> {
  const order = parseOrder();
  if (!order) {
    console.log(usage);
    return 0;
  }
  const { messages, kills, seed, json, keep, seededBug } = order;
  const start = performance.now();
  // Of a death the first line is enough: the last words of the dead are in their logs.
  const say = (line: string) =>
    console.error(`[${((performance.now() - start) / 1000).toFixed(1)}] ${line.split('\n')[0]}`);
  const signal = untilAsked(order.withParent);
  say(`seed ${seed}`);
  const keeping = keep ? 'always' : seededBug ? 'never' : 'where something was found';
  const result = await runChaos(
    { messages, kills, seed, keep: keeping, say, signal },
    seededBugs[seededBug ?? '']?.scenario ?? wholeSystem,
  );
  signal.throwIfAborted();
  const repeat =
    `npm run chaos -- --messages ${messages} --kills ${kills} --seed ` +
    `${seed}${seededBug ? ` --seeded-bug ${seededBug}` : ''}`;
  const report = reportOf(result, repeat);
  if (!json) console.log(report);
  else {
    if (!passes(result)) console.error(report);
    console.log(JSON.stringify({ ...result.figures, seed }));
  }
  return mustBeZero.every((name) => result.figures[name] === 0) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 2;
}
