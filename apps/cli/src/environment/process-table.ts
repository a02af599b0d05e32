import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const hasProc = existsSync('/proc/self/cmdline');

/** The command line of a running process, arguments joined by blanks; undefined when it has ended or is a zombie. */
export function commandLineOf(pid: number): string | undefined {
  if (!hasProc) {
    const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout?.trim() || undefined;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** A recorded process: its pid may belong to another process by now. */
export interface KnownProcess {
  pid: number;
  command: string;
}

export const isRunning = ({ pid, command }: KnownProcess): boolean => commandLineOf(pid) === command.trim();

/** Signals a whole process group; it is no error if the group has ended. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Terminates a process group, and kills it if it does not end.
 * @returns whether it had to be killed
 */
export async function endGroup(known: KnownProcess, signal: NodeJS.Signals, withinMs: number): Promise<boolean> {
  signalGroup(known.pid, signal);
  if (await untilGone(known, withinMs)) return false;
  signalGroup(known.pid, 'SIGKILL');
  await untilGone(known, 5_000);
  return true;
}

/**
 * Waits until a process has ended.
 * @returns whether it ended in time
 */
export async function untilGone(known: KnownProcess, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (isRunning(known)) {
    if (performance.now() > end) return false;
    await sleep(50);
  }
  return true;
}

/** The process that listens on a port, if this machine shows it. */
export function listenerOn(port: number): KnownProcess | undefined {
  if (!hasProc) return undefined;
  const sockets = new Set(listeningInodes(port).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  for (const pid of readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    if (openFiles(pid).some((file) => sockets.has(file))) return { pid, command: commandLineOf(pid) ?? '' };
  }
  return undefined;
}

const LISTEN = '0A';

function listeningInodes(port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return ['/proc/net/tcp', '/proc/net/tcp6'].filter(existsSync).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[1]?.endsWith(`:${hex}`) && columns[3] === LISTEN)
      .flatMap((columns) => columns[9] ?? []),
  );
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return [];
      }
    });
  } catch {
    // Another user's process: only root may read it.
    return [];
  }
}
