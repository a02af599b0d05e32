import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const LARGEST_BYTES = 64 * 1024 * 1024;

/** Opens a log for appending; a large log is rotated first, and one generation kept. */
export function openLog(file: string): { fd: number; from: number } {
  if (sizeOf(file) > LARGEST_BYTES) renameSync(file, `${file}.1`);
  return { from: sizeOf(file), fd: openSync(file, 'a') };
}

const sizeOf = (file: string) => (existsSync(file) ? statSync(file).size : 0);

/** The last lines of a log that were written since `from`. */
export function lastLines(file: string, from: number, count = 8): string[] {
  const size = sizeOf(file);
  const length = Math.min(size - from, 16 * 1024);
  if (length <= 0) return [];
  const buffer = Buffer.alloc(length);
  const fd = openSync(file, 'r');
  readSync(fd, buffer, 0, length, size - length);
  closeSync(fd);
  return buffer
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .map(readable);
}

interface LogLine {
  msg?: unknown;
  message?: unknown;
  err?: { message?: unknown };
}

/** A JSON log line as its message and error; other lines as they are. */
export function readable(line: string): string {
  if (!line.startsWith('{')) return line.slice(0, 400);
  try {
    const { msg, message, err } = JSON.parse(line) as LogLine;
    const words = [msg ?? message, err?.message].filter((part) => typeof part === 'string' && part !== '');
    return (words.length > 0 ? words.join(': ') : line).slice(0, 400);
  } catch {
    return line.slice(0, 400);
  }
}
