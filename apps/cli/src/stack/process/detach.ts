import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync } from 'node:fs';
import { layoutOf } from '../../environment/layout.ts';
import { openLog } from './log-files.ts';
import type { Settings } from '../settings/settings.ts';

/** Messages of a supervisor in the background to the command that started it. */
export type Word = { line: string } | { ready: true } | { failed: string };

/**
 * Starts a supervisor in a session of its own and shows its progress until it is ready.
 * @returns the exit code
 */
export function startDetached(settings: Settings, program: readonly string[]): Promise<number> {
  const layout = layoutOf(settings.dataDir);
  mkdirSync(layout.logs, { recursive: true });
  const { fd } = openLog(layout.log('supervisor'));
  const supervisor = spawn(process.execPath, [...process.execArgv, ...program], {
    cwd: settings.root,
    env: settings.env,
    detached: true,
    stdio: ['ignore', fd, fd, 'ipc'],
  });
  closeSync(fd);
  // Interrupted before it is ready: the supervisor stops what it has started, and reports that.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => supervisor.kill('SIGTERM'));
  return outcomeOf(supervisor);
}

function outcomeOf(supervisor: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    supervisor.on('message', (word: Word) => {
      if ('line' in word) console.log(word.line);
      if ('failed' in word) console.error(`\n${word.failed}\n`);
      if (!('ready' in word)) return;
      supervisor.disconnect();
      supervisor.unref();
      resolve(0);
    });
    supervisor.once('error', (error) => {
      console.error(`The supervisor cannot be run: ${error.message}`);
      resolve(1);
    });
    supervisor.once('exit', (code) => resolve(code || 1));
  });
}

/** In the supervisor: sends messages to the command, while that waits. */
export function tellStarter(word: Word): void {
  if (process.connected) process.send?.(word, () => undefined);
}
