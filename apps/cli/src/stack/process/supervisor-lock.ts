import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Layout } from '../../environment/layout.ts';
import { commandLineOf, isRunning, type KnownProcess } from '../../environment/process-table.ts';
import { CliError } from '../../errors.ts';

export const thisProcess = (): KnownProcess => ({ pid: process.pid, command: commandLineOf(process.pid) ?? '' });

/**
 * One supervisor per DATA_DIR.
 * @returns a function that releases the lock
 * @throws CliError when another one runs
 */
export function lockDataDir(layout: Layout, dataDir: string): () => void {
  const holder = readHolder(layout.lock);
  if (holder && isRunning(holder)) {
    throw new CliError(`The system already runs with DATA_DIR=${dataDir} (supervisor: process ${holder.pid}).`, [
      'npm run status shows it, npm run stop ends it',
      'to run a second one beside it, give it a DATA_DIR and ports of its own',
    ]);
  }
  rmSync(layout.lock, { force: true });
  try {
    writeFileSync(layout.lock, JSON.stringify(thisProcess()), { flag: 'wx' });
  } catch (cause) {
    throw new CliError(`Another start with DATA_DIR=${dataDir} was a moment quicker.`, ['npm run status shows it'], {
      cause,
    });
  }
  return () => rmSync(layout.lock, { force: true });
}

function readHolder(file: string): KnownProcess | undefined {
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as KnownProcess) : undefined;
  } catch {
    // The file is incomplete: its writer was killed.
    return undefined;
  }
}
