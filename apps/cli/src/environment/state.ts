import { existsSync, readFileSync } from 'node:fs';
import type { Channel } from '#libs/contracts';
import { layoutOf } from './layout.ts';
import { isRunning, type KnownProcess } from './process-table.ts';
import { writePrivately } from './private-file.ts';
import type { ProcessName } from './env.ts';

export type ProcessState = 'starting' | 'ready' | 'restarting' | 'stopping' | 'stopped' | 'failed';

export interface ProcessRecord {
  name: ProcessName;
  /** Missing while it is not running, or when it runs elsewhere. */
  pid?: number;
  command: string;
  state: ProcessState;
  url: string;
  restarts: number;
  /** When it entered that state, ISO 8601. */
  since: string;
  /** Given by KAFKA_BROKERS or DATABASE_URL: we neither start nor stop it. */
  external?: boolean;
  log?: string;
}

/** What a supervisor publishes about itself in DATA_DIR, for status, stop, send and tests. */
export interface StackState {
  supervisor: KnownProcess;
  state: 'starting' | 'ready' | 'stopping' | 'stopped';
  startedAt: string;
  urls: Partial<Record<ProcessName, string>>;
  /** What a client of the system needs: brokers, database, token. */
  env: Record<string, string>;
  /** The settings that the service of a sandboxed channel got instead of the user's. */
  sandboxed: Partial<Record<Channel, Record<string, string>>>;
  processes: ProcessRecord[];
}

export function readState(dataDir: string): StackState | undefined {
  const file = layoutOf(dataDir).state;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StackState) : undefined;
}

export const writeState = (dataDir: string, state: StackState): void =>
  writePrivately(layoutOf(dataDir).state, `${JSON.stringify(state, null, 2)}\n`);

/** The state of the supervisor that runs now, if there is one. */
export function runningState(dataDir: string): StackState | undefined {
  const state = readState(dataDir);
  return state && isRunning(state.supervisor) ? state : undefined;
}

/** Processes of ours that still run although their supervisor does not. */
export function orphansOf(state: StackState): (ProcessRecord & KnownProcess)[] {
  return state.processes.filter(
    (record): record is ProcessRecord & KnownProcess =>
      record.pid !== undefined && isRunning({ pid: record.pid, command: record.command }),
  );
}
