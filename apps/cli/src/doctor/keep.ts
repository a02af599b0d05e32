import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Repair } from '#libs/providers';
import { writePrivately } from '../environment/private-file.ts';

/**
 * Writes the secret of a repair to a file of its own that only its owner can read.
 * @returns its path
 */
export function keepSecret({ setting, value }: NonNullable<Repair['kept']>, dataDir: string): string {
  const folder = join(dataDir, 'keys');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, setting);
  writePrivately(file, `${value}\n`);
  return file;
}

/** What was changed, without the secret. */
export interface ReportedRepair {
  what: string;
  done: boolean;
  /** The setting to set, and the file that contains its value. */
  set?: { setting: string; file: string };
}

export function describeRepair({ what, done, kept }: Repair, dataDir: string): ReportedRepair {
  return kept
    ? { what, done, set: { setting: `${kept.setting}_FILE`, file: keepSecret(kept, dataDir) } }
    : { what, done };
}
