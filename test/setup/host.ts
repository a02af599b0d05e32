import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Runs a host script that starts something for the tests and tells in one line of JSON where it is, or what went wrong.
 */
export async function startHost<T extends object>(
  script: string,
  what: string,
): Promise<{ host: ChildProcess; answer: T }> {
  const host = spawn(
    process.execPath,
    ['--conditions=source', '--disable-warning=TimeoutNegativeWarning', join(import.meta.dirname, '..', script)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      // A Ctrl-C in the terminal must not reach it before the tests that use it are gone.
      detached: true,
    },
  );
  const gone = once(host, 'exit').then(([code]) => ({
    problem: `their host ended with exit code ${String(code)} before it told where they are`,
  }));
  const line = once(createInterface({ input: host.stdout! }), 'line').then(
    ([text]) => JSON.parse(text as string) as T | { problem: string },
  );
  const answer = await Promise.race([line, gone]);
  if ('problem' in answer) {
    await gone;
    throw new Error(`${what} could not be started:\n${answer.problem}`);
  }
  return { host, answer };
}

/** Closing its input tells a host to stop what it started; waits until it has. */
export async function stopHost(host: ChildProcess | undefined): Promise<void> {
  if (!host || host.exitCode !== null) return;
  const gone = once(host, 'exit');
  host.stdin?.end();
  await gone;
}
