/**
 * All tests: `npm test`. Unit first, then integration, then end to end, so that what is quick to tell is told first;
 * chaos last. Each kind in a run of its own: its system has stopped before the next starts, and what jest keeps in
 * memory of a hundred files makes no pauses in tests that look at the clock. Arguments go on to jest: `npm test --
 * --selectProjects unit`, `npm test -- libs/transport`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
// Jest runs ES modules only through Node's experimental interface, which says so in every process.
const node = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=TimeoutNegativeWarning',
];
const jest = [
  join('node_modules', 'jest', 'bin', 'jest.js'),
  '--testSequencer',
  join(root, 'test', 'setup', 'sequencer.mjs'),
];
// One after another: the tests of the running system share it, and some of them stop parts of it.
const oneAfterAnother = ['--runInBand'];
// What shares nothing: each integration test has topics and a database of its own, or brings its own Kafka to stop.
const twoAtATime = ['--maxWorkers=2'];
const sharingNothing = new Set(['unit', 'integration']);

let running: ChildProcess | undefined;
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopping = true;
    // A terminal's Ctrl-C has reached jest as well: only wait for it.
    if (signal !== 'SIGINT') running?.kill(signal);
  });
}

const given = process.argv.slice(2);
const runs =
  given.length > 0 ? [given] : ['unit', 'integration', 'e2e', 'chaos'].map((project) => ['--selectProjects', project]);
for (const run of runs) {
  const code = await runJest(run);
  process.exitCode ||= code;
  if (stopping) break;
}

/** @returns the exit code; 1 where a signal ended it */
function runJest(args: readonly string[]): Promise<number> {
  const child = spawn(
    process.execPath,
    [...node, ...jest, ...(sharingNothing.has(args.at(-1)!) ? twoAtATime : oneAfterAnother), ...args],
    { cwd: root, stdio: 'inherit' },
  );
  running = child;
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`jest could not be run: ${error.message}\n  Remedy: npm ci`);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}
