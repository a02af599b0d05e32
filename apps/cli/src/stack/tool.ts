import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { lastLines, openLog } from './process/log-files.ts';
import { Interrupted, CliError } from '../errors.ts';
import type { Env } from '../environment/env.ts';

export interface Tool {
  /** What it does, for the message when it fails. */
  purpose: string;
  command: string;
  args: string[];
  env: Env;
  log: string;
  owner?: { uid: number; gid: number };
  signal: AbortSignal;
}

/**
 * Runs a short command, its output into a log. @throws CliError with its last lines when it fails, Interrupted on
 * abort
 */
export async function runTool({ purpose, command, args, env, log, owner, signal }: Tool): Promise<void> {
  if (signal.aborted) throw new Interrupted();
  const { fd, from } = openLog(log);
  const end = await new Promise<string>((resolve) => {
    // Its working directory must be one that any user can enter.
    const child = spawn(command, args, { cwd: '/', env, stdio: ['ignore', fd, fd], signal, ...owner });
    let failure: Error | undefined;
    child.once('error', (error) => (failure = error));
    child.once('close', (code) => resolve(code === 0 ? '' : (failure?.message ?? `exit code ${code}`)));
  });
  closeSync(fd);
  if (signal.aborted) throw new Interrupted();
  if (end !== '') {
    const lines = lastLines(log, from)
      .map((line) => `\n    | ${line}`)
      .join('');
    throw new CliError(`${purpose} failed: ${end}.${lines}`, [`read the whole log: ${log}`]);
  }
}
