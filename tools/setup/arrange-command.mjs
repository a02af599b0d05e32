import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const link = join(root, 'node_modules', '.bin', 'messaging');
const target = join('..', '..', 'apps', 'cli', 'bin', 'messaging.mjs');

/** Lets `npx messaging` find this checkout's own command: npm links the commands of packages only. */
export function arrangeCommand() {
  if (isLinked()) return;
  rmSync(link, { force: true });
  mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true });
  try {
    symlinkSync(target, link);
  } catch (error) {
    // Another set-up was quicker.
    if (error.code !== 'EEXIST') throw error;
  }
}

function isLinked() {
  try {
    return lstatSync(link).isSymbolicLink() && readlinkSync(link) === target;
  } catch {
    return false;
  }
}
