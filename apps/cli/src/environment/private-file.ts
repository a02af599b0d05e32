import { chmodSync, renameSync, writeFileSync } from 'node:fs';

/** Writes a file that only its owner can read, atomically. */
export function writePrivately(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
}
