import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..');

/** Something that a person must fix; its message says what and how. */
export class Trouble extends Error {}

export const say = (line) => console.log(`setup: ${line}`);

/**
 * Runs a command and waits for it, its output passed through.
 * @returns the exit code, or null when the command does not exist
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options });
    const stop = (signal) => child.kill(signal);
    process.on('SIGTERM', stop).on('SIGINT', stop);
    child.on('error', (error) => (error.code === 'ENOENT' ? resolve(null) : reject(error)));
    child.on('close', (code, signal) => {
      process.off('SIGTERM', stop).off('SIGINT', stop);
      if (signal) process.exit(1);
      resolve(code);
    });
  });
}

/** Output of a short command, or undefined where it does not exist or fails. */
export function outputOf(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}` : undefined;
}

/** How long something took, for progress lines. */
export function stopwatch() {
  const start = performance.now();
  return () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
