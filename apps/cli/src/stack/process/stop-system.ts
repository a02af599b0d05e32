import { setTimeout as sleep } from 'node:timers/promises';
import { endOrphans } from './orphans.ts';
import { isRunning } from '../../environment/process-table.ts';
import { readState, type StackState } from '../../environment/state.ts';

/** Longer than the slowest orderly stop: services 35 s, sandbox 10 s, Kafka 20 s, PostgreSQL 30 s. */
const TIMEOUT_MS = 110_000;

/** Stops the system of a DATA_DIR and waits until all of it is gone. @returns what was stopped */
export async function stopSystem(dataDir: string, say: (line: string) => void): Promise<string[]> {
  const state = readState(dataDir);
  if (!state) return [];
  const stopped = isRunning(state.supervisor) ? await stopSupervised(state, dataDir, say) : [];
  return [...stopped, ...(await endOrphans(readState(dataDir) ?? state, say))];
}

async function stopSupervised(
  { supervisor }: StackState,
  dataDir: string,
  say: (line: string) => void,
): Promise<string[]> {
  say(`stopping (supervisor: process ${supervisor.pid})`);
  process.kill(supervisor.pid, 'SIGTERM');
  const end = performance.now() + TIMEOUT_MS;
  const before = readState(dataDir)?.processes.filter(({ pid }) => pid !== undefined) ?? [];
  const reported = new Set<string>();
  while (isRunning(supervisor) && performance.now() < end) {
    for (const name of stoppedOf(dataDir, before)) {
      if (!reported.has(name)) say(`${name} has stopped`);
      reported.add(name);
    }
    await sleep(100);
  }
  if (isRunning(supervisor)) {
    say('the supervisor does not stop and is killed');
    process.kill(supervisor.pid, 'SIGKILL');
    await sleep(200);
    return [];
  }
  for (const name of stoppedOf(dataDir, before)) if (!reported.has(name)) say(`${name} has stopped`);
  return before.map(({ name }) => name);
}

const stoppedOf = (dataDir: string, before: readonly { name: string }[]): string[] => {
  const now = readState(dataDir)?.processes ?? [];
  return before
    .filter(({ name }) => now.find((record) => record.name === name)?.state === 'stopped')
    .map(({ name }) => name);
};
