/**
 * All tests: `npm test`. Unit first, then integration, then end to end, so that what is quick to tell is told first.
 * Arguments go on to jest: `npm test -- --selectProjects unit`, `npm test -- libs/transport`.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
// Jest runs ES modules only through Node's experimental interface, which says so in every process.
const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];
const jest = [join('node_modules', 'jest', 'bin', 'jest.js'), '--testSequencer', join(root, 'test', 'sequencer.mjs')];
// One after another: the end-to-end tests share one running system, and some of them stop parts of it.
const oneAfterAnother = ['--runInBand'];

// Without a word about projects: all but chaos, which takes minutes and is run by name.
const given = process.argv.slice(2);
const projects = given.includes('--selectProjects') ? [] : ['--selectProjects', 'unit', 'integration', 'e2e'];

const child = spawn(process.execPath, [...node, ...jest, ...oneAfterAnother, ...given, ...projects], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // A terminal's Ctrl-C has reached jest as well: only wait for it.
  process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
}
child.once('error', (error) => {
  console.error(`jest could not be run: ${error.message}\n  Way out: npm ci`);
  process.exitCode = 1;
});
child.once('exit', (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1);
});
