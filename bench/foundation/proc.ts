import { existsSync, readFileSync } from 'node:fs';

/** Kernel clock ticks a second: the same on every Linux that Node runs on. */
const TICKS = 100;

/** Memory of a process in MB, now (VmRSS) or at most so far (VmHWM); NaN where the system does not tell. */
export function memoryMb(pid: number | undefined, field: 'VmHWM' | 'VmRSS'): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return Number.NaN;
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(file, 'utf8'))?.[1]) / 1024;
}

/** Processor time that a process has used so far, in milliseconds; NaN where the system does not tell. */
export function cpuMs(pid: number | undefined): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  // The command's name, in brackets, may hold blanks; utime and stime are the 12th and 13th fields behind it.
  const fields = readFileSync(file, 'utf8').split(') ').at(-1)!.split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS;
}
