import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Kernel clock ticks a second: the same on every Linux that Node runs on. */
const TICKS = 100;

/** Memory of a process in MB, now (VmRSS) or at most so far (VmHWM); NaN where the system does not tell. */
export function memoryMb(pid: number | undefined, field: 'VmHWM' | 'VmRSS'): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return Number.NaN;
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(file, 'utf8'))?.[1]) / 1024;
}

/** Processor time that a process has used so far, in milliseconds; NaN where the system does not tell. */
export const cpuMs = (pid: number | undefined): number => statOf(pid)?.ownMs ?? Number.NaN;

/**
 * Processor time that a process and those that it has started have used so far, in milliseconds, ended ones included;
 * NaN where the system does not tell.
 */
export function cpuMsOfFamily(pid: number | undefined): number {
  const parent = statOf(pid);
  if (!parent) return Number.NaN;
  const children = readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    return stat && stat.parent === pid ? [stat] : [];
  });
  return children.reduce((sum, { ownMs }) => sum + ownMs, parent.ownMs + parent.endedChildrenMs);
}

interface Stat {
  parent: number;
  ownMs: number;
  /** Of its children that have ended and that it has waited for. */
  endedChildrenMs: number;
}

/** Of a process; undefined where there is none, or the system does not tell. */
function statOf(pid: number | undefined): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command's name, in brackets, may hold blanks; the parent is the 2nd field behind it, the times are the 12th on.
  const fields = text.split(') ').at(-1)!.split(' ').map(Number);
  const ms = (at: number) => ((fields[at]! + fields[at + 1]!) * 1_000) / TICKS;
  return { parent: fields[1]!, ownMs: ms(11), endedChildrenMs: ms(13) };
}
